package clients

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is how much of a vendor's text is shown. Vendors repeat what they were sent, and servers send what they like.
const maxText = 1 << 10

// cut bounds a text. What is cut in two may be a credential, of which a part would not be recognized: it goes whole.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	end := maxText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	end = strings.LastIndexFunc(text[:end], func(r rune) bool {
		return r > unicode.MaxASCII || strings.ContainsRune(" \t\r\n\"'&,;()[]{}<>", r)
	})
	if end >= 0 {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	end = max(end, 0)
	return text[:end] + "… (" + strconv.Itoa(len(text)-end) + " more bytes)"
}

// printable escapes what would break or rearrange a line: an id that a vendor echoes must not forge a log entry.
func printable(text string) string {
	if strings.IndexFunc(text, disturbs) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if disturbs(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func disturbs(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
