package contract

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	anyEmail   = regexp.MustCompile(`[^@\s,;:<>"'()\[\]]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`)
	anyIPv4    = regexp.MustCompile(`\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b`)
	anyIPv6    = regexp.MustCompile(`\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{0,4}\b`)
	longNumber = regexp.MustCompile(`[0-9]{7,}`)
	longToken  = regexp.MustCompile(`\b[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]{15,}\b`)
)

// sentence replaces what is personal in a sentence of the vendor's. real lists what was replaced elsewhere, the longest first. The rest of
// the sentence is what a sample is for, and stays.
func (m *madeUp) sentence(s string, real []string, replaced map[string]string) string {
	switch strings.ToLower(s) {
	case "ok", "success", "created", "updated", "deleted":
		return s // whoever is called that
	}
	// Marks stand in for what was replaced, so that nothing is replaced twice.
	s = strings.ReplaceAll(s, "\x00", "")
	var marks []string
	mark := func(made string) string {
		marks = append(marks, made)
		return fmt.Sprintf("\x00%d\x00", len(marks)-1)
	}
	for _, text := range real {
		if indexWord(s, text, 0) >= 0 {
			s = replaceWords(s, text, mark(replaced[text]))
		}
	}
	s = anyEmail.ReplaceAllStringFunc(s, func(t string) string { return mark(m.text(t)) })
	s = anyIPv4.ReplaceAllStringFunc(s, func(t string) string { return mark(fmt.Sprintf("198.51.100.%d", m.sum("ip", t)[0])) })
	s = anyIPv6.ReplaceAllStringFunc(s, func(t string) string { return mark(fmt.Sprintf("2001:db8::%x", m.sum("ip", t)[:2])) })
	s = longToken.ReplaceAllStringFunc(s, func(t string) string { return mark(m.shaped(t)) })
	s = longNumber.ReplaceAllStringFunc(s, func(t string) string { return mark(m.digits(t)) })
	for i := len(marks) - 1; i >= 0; i-- {
		s = strings.ReplaceAll(s, fmt.Sprintf("\x00%d\x00", i), marks[i])
	}
	return s
}

func replaceWords(s, text, by string) string {
	for from := 0; ; {
		i := indexWord(s, text, from)
		if i < 0 {
			return s
		}
		s = s[:i] + by + s[i+len(text):]
		from = i + len(by)
	}
}

// indexWord finds text in s where no letter or digit of ASCII goes on before or behind it; Chinese has no blanks between words.
func indexWord(s, text string, from int) int {
	for from <= len(s)-len(text) {
		i := strings.Index(s[from:], text)
		if i < 0 {
			return -1
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+len(text):])
		first, _ := utf8.DecodeRuneInString(text)
		last, _ := utf8.DecodeLastRuneInString(text)
		if !(wordly(before) && wordly(first)) && !(wordly(last) && wordly(after)) {
			return i
		}
		from = i + 1
	}
	return -1
}

func wordly(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
}
