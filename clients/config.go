package clients

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// CheckField refuses the value of a Config's field that cannot be an id or a secret: one with white space, which comes
// from the end of a file's line or a careless copy, and one that stands in a template for what was never filled in. The
// vendors answer these with whatever they answer to a wrong secret, and block the address of those who go on. The error
// names the field and does not quote the value. An empty value is no fault.
func CheckField[T ~string](field string, value T) error {
	text := string(value)
	switch {
	case strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) >= 0:
		return fmt.Errorf("%s has white space in it, such as a line end: no vendor gives such a value", field)
	case placeholder.MatchString(text), text != "" && strings.Trim(text, "xX*.•_-") == "":
		return fmt.Errorf("%s is a placeholder: put in the value from the vendor's console", field)
	}
	return nil
}

// placeholder is what templates and guides write where a credential belongs.
var placeholder = regexp.MustCompile(`(?i)^(<.*>|\$\{.*\}|\$\(.*\)|\$[a-z_]+|\{\{.*\}\}|\[.*\]|%[a-z_]+%` +
	`|your[-_ ]?.*|change[-_ ]?me.*|replace[-_ ]?me.*|placeholder|todo|tbd|none|null|undefined|redacted` +
	`|(wecom|dingtalk|feishu|lark|wps)_[a-z_]+|(app|corp|contact|suite|client)[-_]?(id|key|secret))$`)
