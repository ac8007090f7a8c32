package anonymize

import (
	"math/big"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// madeUp gives made-up values for real ones: of the same JSON type, about the same length and the same form, and always
// the same for the same value, wherever it stands. It knows nothing of fields, so that an id is replaced alike in a
// list, in a request and in a message.
type madeUp struct {
	permuter
	days int // by which times are moved, the same for all
}

func newMadeUp(key []byte) *madeUp {
	m := &madeUp{permuter: permuter{key}}
	sum := m.sum("days")
	m.days = 30 + int(sum[0])<<1 + int(sum[1]&1) // a month to a year and a half
	return m
}

var (
	wholeURL    = regexp.MustCompile(`^(https?://)([^/?#]*)(.*)$`)
	wholeEmail  = regexp.MustCompile(`^([^@\s]+)@([^@\s]+\.[A-Za-z]{2,})$`)
	plainDigits = regexp.MustCompile(`^[0-9]+$`)
	countryCode = regexp.MustCompile(`^(\+[0-9]{1,3}-|\+86|\+1)([0-9]{5,})$`)
	longHex     = regexp.MustCompile(`^(?:[0-9a-f]{16,}|[0-9A-F]{16,})$`)
	uuidForm    = regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// text replaces a text. Lists, maps and sentences are replaced word by word, so that an id within is replaced as it is
// on its own.
func (m *madeUp) text(s string) string {
	if moved, ok := m.date(s); ok {
		return moved
	}
	if match := wholeURL.FindStringSubmatch(s); match != nil {
		return match[1] + m.host(match[2]) + m.words(match[3])
	}
	return m.words(s)
}

// layouts are the forms in which the vendors write times.
func layouts() []string {
	return []string{
		time.DateOnly, time.DateTime, time.RFC3339, "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04Z07:00",
		"2006/01/02",
		"2006-01-02T15:04:05", "2006-01-02 15:04", time.RFC3339Nano,
	}
}

// date moves a time and keeps its form.
func (m *madeUp) date(s string) (string, bool) {
	if len(s) < len(time.DateOnly) || len(s) > len(time.RFC3339Nano) {
		return "", false
	}
	for _, layout := range layouts() {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1900 && t.Format(layout) == s {
			return t.AddDate(0, 0, -m.days).Format(layout), true
		}
	}
	return "", false
}

// separator tells what stands between words.
func separator(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("|,;:{}[]()<>\"'/=&?#，、；：（）", r)
}

func (m *madeUp) words(s string) string {
	var b strings.Builder
	for s != "" {
		end := strings.IndexFunc(s, separator)
		switch {
		case end < 0:
			b.WriteString(m.word(s))
			s = ""
		case end == 0:
			_, size := utf8.DecodeRuneInString(s)
			b.WriteString(s[:size])
			s = s[size:]
		default:
			b.WriteString(m.word(s[:end]))
			s = s[end:]
		}
	}
	return b.String()
}

// word replaces what has no separator in it. A single ASCII character tells nothing, and 0 and 1 are the vendors' names
// for the root.
func (m *madeUp) word(s string) string {
	if len(s) <= 1 || s == "true" || s == "false" || s == "null" { // words of JSON, and of what is nearly JSON
		return s
	}
	if match := wholeEmail.FindStringSubmatch(s); match != nil {
		return m.word(match[1]) + "@" + m.host(match[2])
	}
	if match := countryCode.FindStringSubmatch(s); match != nil {
		return match[1] + m.digits(match[2])
	}
	if digits, ok := strings.CutPrefix(s, "-"); ok && plainDigits.MatchString(digits) {
		return "-" + m.digits(digits)
	}
	if plainDigits.MatchString(s) {
		return m.digits(s)
	}
	for _, prefix := range []string{"ou_", "on_", "od-", "oc_", "cli_"} { // kinds of ids at Feishu
		if rest, ok := strings.CutPrefix(s, prefix); ok && rest != "" {
			return prefix + m.shaped(rest)
		}
	}
	return m.shaped(s)
}

// host replaces a host by one that can be nobody's.
func (m *madeUp) host(s string) string {
	labels := strings.Split(s, ".")
	if n := len(labels); n >= 2 && labels[n-2] == "example" { // made up already, but for what stands before it
		for i := range n - 2 {
			labels[i] = m.word(strings.ToLower(labels[i]))
		}
		return strings.Join(labels, ".")
	}
	return m.shaped(strings.ToLower(labels[max(0, len(labels)-2)])) + ".example.com"
}

// digits replaces digits. A number without a leading zero becomes another such number, as number does it. What looks
// like a Chinese mobile number becomes one that is not given out.
func (m *madeUp) digits(s string) string {
	switch {
	case len(s) <= 1:
		return s
	case len(s) == 11 && s[0] == '1':
		sum := new(big.Int).SetBytes(m.sum("mobile", s))
		return "12" + pad(sum.Mod(sum, big.NewInt(1_000_000_000)), 9)
	case s[0] == '0' || len(s) > 40:
		return m.shaped(s)
	}
	least := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(s)-1)), nil)
	n := new(big.Int).Mul(least, big.NewInt(9))
	x, _ := new(big.Int).SetString(s, 10)
	// What fits into 31 or 32 bits still does: the vendors have orders and ids that end there.
	for _, end := range []int64{1 << 31, 1 << 32} {
		if bound := big.NewInt(end); bound.Cmp(new(big.Int).Add(least, n)) < 0 && bound.Cmp(least) > 0 {
			if x.Cmp(bound) < 0 {
				n.Sub(bound, least)
				break
			}
			n.Sub(new(big.Int).Add(least, n), bound)
			least.Set(bound)
		}
	}
	x.Sub(x, least)
	return x.Add(m.another(n, x, "digits"), least).String()
}

// fraction replaces the digits of a number with a fraction or an exponent; the exponent stays.
func (m *madeUp) fraction(s string) string {
	exponent := ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		s, exponent = s[:i], s[i:]
	}
	whole, rest, found := strings.Cut(s, ".")
	if found {
		rest = "." + m.shaped(rest)
	}
	return m.whole(whole) + rest + exponent
}

// whole replaces a whole number as it stands in JSON, where it does not begin with a zero.
func (m *madeUp) whole(s string) string {
	made := m.word(s)
	if digits := strings.TrimPrefix(made, "-"); len(digits) > 1 && digits[0] == '0' {
		return strings.Replace(made, "0", "1", 1)
	}
	return made
}

func pad(n *big.Int, width int) string {
	text := n.String()
	return strings.Repeat("0", max(0, width-len(text))) + text
}

// shaped replaces letters by letters and digits by digits, and leaves the rest. Upper and lower case stay where they
// are: some vendors take ids that differ in them for the same.
func (m *madeUp) shaped(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
		return m.foreign(s)
	}
	letters := int64(26)
	if longHex.MatchString(s) || uuidForm.MatchString(s) {
		letters = 6
	}
	const most = 64 // what is longer is replaced in pieces: the numbers have their limits
	var b strings.Builder
	for ; len(s) > most; s = s[most:] {
		b.WriteString(m.piece(s[:most], letters))
	}
	b.WriteString(m.piece(s, letters))
	return b.String()
}

// piece replaces the letters and digits of a short text.
func (m *madeUp) piece(s string, letters int64) string {
	n, x, shape := big.NewInt(1), new(big.Int), []byte(strings.ToLower(s))
	for i := range len(s) {
		base, offset := radix(shape[i], letters)
		if base == 0 {
			continue
		}
		n.Mul(n, big.NewInt(base))
		x.Add(x.Mul(x, big.NewInt(base)), big.NewInt(int64(shape[i])-offset))
		shape[i] = byte(offset)
	}
	x = m.another(n, x, string(shape))
	out, rest := []byte(s), new(big.Int)
	for i := len(s) - 1; i >= 0; i-- {
		base, offset := radix(shape[i], letters)
		if base == 0 {
			continue
		}
		x.DivMod(x, big.NewInt(base), rest)
		c := byte(offset + rest.Int64())
		if s[i] >= 'A' && s[i] <= 'Z' {
			c -= 'a' - 'A'
		}
		out[i] = c
	}
	return string(out)
}

// radix is how many characters a character may become, and the first of them.
func radix(c byte, letters int64) (base, offset int64) {
	switch {
	case c >= '0' && c <= '9':
		return 10, '0'
	case c >= 'a' && c <= 'z':
		return letters, 'a'
	default:
		return 0, 0
	}
}

// Characters of made-up names: common ones, so that a sample reads as one.
const (
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
	others   = "文明华建国平海山林春江雪梅兰秋月云飞龙玉珍宝成德安康宁静思远志强伟芳英慧敏丽娟霞红燕萍鹏程达志诚信义礼智仁和顺昌盛兴旺发富贵荣光辉煌"
)

// foreign replaces texts with characters beyond ASCII, Chinese names above all. There are fewer made-up characters than
// real ones, so that two texts may become one.
func (m *madeUp) foreign(s string) string {
	runes := []rune(strings.ToLower(s))
	var stream []byte
	var b strings.Builder
	for i, original := range []rune(s) {
		if i%16 == 0 {
			stream = m.sum("foreign", string(runes), string(rune(i)))
		}
		pick := int(stream[i%16*2])<<8 | int(stream[i%16*2+1])
		switch {
		case original <= unicode.MaxASCII && unicode.IsDigit(original):
			b.WriteByte('0' + byte(pick%10))
		case original <= unicode.MaxASCII && unicode.IsLower(original):
			b.WriteByte('a' + byte(pick%26))
		case original <= unicode.MaxASCII && unicode.IsUpper(original):
			b.WriteByte('A' + byte(pick%26))
		case original <= unicode.MaxASCII || !unicode.IsLetter(original) && !unicode.IsNumber(original):
			b.WriteRune(original)
		case i == 0 && len(runes) >= 2 && len(runes) <= 4:
			b.WriteRune(different([]rune(surnames), pick, original))
		default:
			b.WriteRune(different([]rune(others), pick, original))
		}
	}
	return b.String()
}

// different picks a character that is not the one it stands for.
func different(from []rune, pick int, original rune) rune {
	if r := from[pick%len(from)]; r != original {
		return r
	}
	return from[(pick+1)%len(from)]
}

// moment moves a time in seconds or milliseconds since 1970, if the number can be one: from 1985 to 2100.
func (m *madeUp) moment(s string) (string, bool) {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || !n.IsInt64() {
		return "", false
	}
	const day = 24 * 60 * 60
	for _, unit := range []int64{1, 1000} {
		if seconds := n.Int64() / unit; seconds > 15*365*day && seconds < 130*365*day && len(s) >= 9 {
			return big.NewInt(n.Int64() - int64(m.days)*day*unit).String(), true
		}
	}
	return "", false
}
