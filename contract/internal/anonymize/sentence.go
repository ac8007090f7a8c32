package anonymize

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	anyEmail   = regexp.MustCompile(`[^@\s,;:<>"'()\[\]]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`)
	anyIPv4    = regexp.MustCompile(`\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b`)
	anyIPv6    = regexp.MustCompile(`\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{0,4}\b`)
	longNumber = regexp.MustCompile(`[0-9]{7,}`)
	longToken  = regexp.MustCompile(`\b[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]{15,}\b`)
)

// Values that stand behind a word which says that somebody is named.
var (
	labelled = regexp.MustCompile(
		`(?i)(\b(?:existed|exists|user_?ids?|open_?ids?|union_?ids?|mobiles?|phones?|emails?` +
			`|names?|accounts?|jobnumbers?)[:=])([^\s,;，；。、)\]}"'|]+)`)
	named = regexp.MustCompile(`((?:员工|用户|成员|姓名|工号|账号|帐号|手机号|邮箱|昵称)[:：]?)(\p{Han}{2,4}|[A-Za-z0-9_.@-]{2,})`)
	// notNamed is what the vendors put behind such a label without naming anybody.
	notNamed = regexp.MustCompile(`(?i)^(?:(?:user|open|union|corp|app)?_?id|name|token|code|mobile|email|key)$`)
	// spaced are digits with blanks, dashes or stars in between, as phone numbers are written.
	spaced  = regexp.MustCompile(`\+?[0-9](?:[0-9]|[ -][0-9]|\*){6,}`)
	dateish = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}\b`)
)

// A plane of Unicode for private use has the characters that stand in for what was replaced, so that nothing is
// replaced twice, and those around what is done already.
const (
	markBase  = 0xF0000
	doneBegin = 0xFFFF0
	doneEnd   = 0xFFFF1
)

// withoutMarks drops such characters from a text.
func withoutMarks(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= markBase {
			return -1
		}
		return r
	}, s)
}

// sentence replaces what is personal in a sentence of the vendor's: what was replaced elsewhere (actual, the longest
// first), what looks like a number or address, and what is named. The rest of the sentence is what a sample is for, and
// stays, so that somebody who stands there in a way that nobody foresaw stays as well.
func (m *madeUp) sentence(s string, actual []string, replaced map[string]string) string {
	switch strings.ToLower(s) {
	case "ok", "success", "created", "updated", "deleted":
		return s // whoever is called that
	}
	if before, rest, ok := strings.Cut(s, string(rune(doneBegin))); ok {
		done, after, _ := strings.Cut(rest, string(rune(doneEnd)))
		return m.sentence(before, actual, replaced) + done + m.sentence(after, actual, replaced)
	}
	s = withoutMarks(s)
	var marks []string
	mark := func(made string) string {
		marks = append(marks, made)
		return string(rune(markBase + len(marks) - 1))
	}
	for _, text := range actual {
		s = replaceWords(s, text, func(found string) string {
			if found == text {
				return mark(replaced[text])
			}
			return mark(m.text(found)) // in another case
		})
		for _, escape := range []func(string) string{url.QueryEscape, url.PathEscape} {
			if escaped := escape(text); escaped != text {
				s = replaceWords(s, escaped, func(string) string { return mark(escape(replaced[text])) })
			}
		}
	}
	s = anyEmail.ReplaceAllStringFunc(s, func(t string) string { return mark(m.text(t)) })
	s = anyIPv4.ReplaceAllStringFunc(s,
		func(t string) string { return mark(fmt.Sprintf("198.51.100.%d", m.sum("ip", t)[0])) })
	s = anyIPv6.ReplaceAllStringFunc(s,
		func(t string) string { return mark(fmt.Sprintf("2001:db8::%x", m.sum("ip", t)[:2])) })
	everybody := func(string) bool { return true }
	s = behind(labelled, s, everybody, func(value string) string { return mark(m.text(value)) })
	s = behind(named, s, func(value string) bool {
		first, _ := utf8.DecodeRuneInString(value)
		return strings.ContainsRune(surnames, first) || first <= unicode.MaxASCII && !notNamed.MatchString(value)
	}, func(value string) string { return mark(m.text(value)) })
	s = longToken.ReplaceAllStringFunc(s, func(t string) string { return mark(m.shaped(t)) })
	s = longNumber.ReplaceAllStringFunc(s, func(t string) string { return mark(m.digits(t)) })
	var phone func(t string) string
	phone = func(t string) string {
		if date := dateish.FindString(t); date != "" { // which stays, but not what comes behind it
			return date + spaced.ReplaceAllStringFunc(t[len(date):], phone)
		}
		return mark(m.shaped(t))
	}
	s = spaced.ReplaceAllStringFunc(s, phone)
	for i := len(marks) - 1; i >= 0; i-- { // a later one may have an earlier one in it
		s = strings.ReplaceAll(s, string(rune(markBase+i)), marks[i])
	}
	return s
}

// behind replaces the second group of a pattern, the value behind a label, where it is one.
func behind(pattern *regexp.Regexp, s string, isValue func(value string) bool,
	replace func(value string) string) string {
	var b strings.Builder
	for {
		at := pattern.FindStringSubmatchIndex(s)
		if at == nil {
			b.WriteString(s)
			return b.String()
		}
		label, end := at[3], at[5]
		b.WriteString(s[:label])
		if value := s[label:end]; isValue(value) {
			b.WriteString(replace(value))
			s = s[end:]
		} else {
			s = s[label:] // there may be another label in what is no value
		}
	}
}

func replaceWords(s, text string, by func(found string) string) string {
	var b strings.Builder
	for {
		i := indexWord(s, text)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		b.WriteString(by(s[i : i+len(text)]))
		s = s[i+len(text):]
	}
}

// indexWord finds text in s, in whatever case, where no letter or digit of ASCII goes on before or behind it; Chinese
// has no blanks between words.
func indexWord(s, text string) int {
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	for i := range s {
		if len(s)-i < len(text) {
			break
		}
		if !strings.EqualFold(s[i:i+len(text)], text) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+len(text):])
		if !(wordly(before) && wordly(first)) && !(wordly(last) && wordly(after)) {
			return i
		}
	}
	return -1
}

func wordly(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
}
