package wire

const hexDigits = "0123456789ABCDEF"

// unreserved tells whether c stands for itself everywhere in a URL.
func unreserved(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c == '-' || c == '_' || c == '.' || c == '~'
}

// inSegment tells whether c stands for itself in a segment of a path, as url.PathEscape has it.
func inSegment(c byte) bool {
	switch c {
	case '$', '&', '+', ':', '=', '@':
		return true
	}
	return unreserved(c)
}

// appendSegment appends what url.PathEscape makes of s, and tells whether that is something else.
func appendSegment(b []byte, s string) ([]byte, bool) {
	from := len(b)
	for i := range len(s) {
		if c := s[i]; inSegment(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return b, len(b)-from != len(s)
}

// appendComponent appends what url.QueryEscape makes of s.
func appendComponent(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case unreserved(c):
			b = append(b, c)
		case c == ' ':
			b = append(b, '+')
		default:
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return b
}
