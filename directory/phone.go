package directory

import (
	"strings"
	"time"
)

// e164 writes a telephone number the way all vendors can be joined by where that is certain: with a plus sign and the
// country code, and without separators. 11 digits that begin with 1 and carry no country code are a Chinese mobile
// number. Everything else is left as it came.
func e164(number string) string {
	plain := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '(', ')', '.', '/', '\u00a0':
			return -1
		}
		return r
	}, number)
	digits, international := strings.CutPrefix(plain, "+")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return number
	}
	switch {
	case international && digits[0] != '0' && len(digits) >= 7 && len(digits) <= 15:
		return plain
	case !international && len(digits) == 11 && digits[0] == '1':
		return "+86" + digits
	default:
		return number
	}
}

// withCountry is e164 for a vendor that keeps the country code apart.
func withCountry(code, number string) string {
	code = strings.TrimPrefix(code, "+")
	if code == "" || number == "" || strings.HasPrefix(number, "+") {
		return e164(number)
	}
	if whole := e164("+" + code + number); strings.HasPrefix(whole, "+"+code) && !strings.ContainsAny(whole, " -") {
		return whole
	}
	return number
}

// china is the zone in which the vendors keep days.
var china = time.FixedZone("UTC+8", 8*60*60)

// day is a point in time as the day that it is in China. Zero is no day.
func day(t time.Time) string {
	if t.Unix() == 0 || t.IsZero() {
		return ""
	}
	return t.In(china).Format(time.DateOnly)
}
