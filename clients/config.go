package clients

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// CheckField refuses the value of a Config's field that cannot be an id or a secret: one with white space, which comes
// from the end of a file's line or a careless copy, and one that stands in a template for what was never filled in. The
// vendors answer these with whatever they answer to a wrong secret, and block the address of those who go on. Quotation
// marks and characters outside ASCII are refused as well. The error names the field and does not quote the value. An
// empty value is no fault.
func CheckField[T ~string](field string, value T) error {
	text := string(value)
	switch {
	case strings.ContainsFunc(text, blank):
		return fmt.Errorf("%s has white space in it, such as a line end: no vendor gives such a value", field)
	case placeholder.MatchString(text), text != "" && strings.Trim(text, "xX*.•…_-") == "":
		return fmt.Errorf("%s is a placeholder: put in the value from the vendor's console", field)
	case quoted.MatchString(text):
		return fmt.Errorf("%s has quotation marks around it, which do not belong to the value", field)
	case strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }):
		return fmt.Errorf("%s is no credential: vendors make them of ASCII characters", field)
	}
	return nil
}

// blank tells what cannot be seen, or only as a gap, U+200B and U+FEFF included, which are copied along from pages.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

var quoted = regexp.MustCompile(`^(".*"|'.*'|\x60.*\x60|[“”„«].*|‘.*’)$`)

// placeholder is what templates and guides write where a credential belongs.
var placeholder = regexp.MustCompile(`(?i)^(<.*>|\$\{.*\}|\$\(.*\)|\$[a-z_]+|\{.*\}|\[.*\]|%[a-z_]+%` +
	`|(cli_|ww|wx|ding|suite|ak)x{3,}` +
	`|your[-_ ]?.*|change[-_ ]?me.*|replace[-_ ]?me.*|placeholder|todo|tbd|none|null|undefined|redacted` +
	`|(wecom|dingtalk|feishu|lark|wps)_[a-z_]+|(app|corp|contact|suite|client)[-_]?(id|key|secret))$`)
