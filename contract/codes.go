package contract

import "regexp"

// codeOf returns the vendor's code at the top of a body, as written.
func (d *document) codeOf(body *node) (code string, ok bool) {
	if value, _ := d.codeMember(body); value != nil {
		return value.text, true
	}
	return "", false
}

// codeMember finds the member of a body that holds the vendor's code.
func (d *document) codeMember(body *node) (value *node, name string) {
	for _, name := range []string{"errcode", "code"} {
		if value, found := body.get(name); found && (value.kind == typeNumber || value.kind == typeString) {
			if _, listed := d.codes[name]; listed {
				return value, name
			}
		}
	}
	return nil, ""
}

// failed tells whether a code says that the call failed.
func failed(code string, ok bool) bool { return ok && code != "0" && code != "" }

var (
	plainNumber = regexp.MustCompile(`^-?[0-9]{1,9}$`)
	plainWord   = regexp.MustCompile(`^[A-Za-z]{1,40}(\.-?[A-Za-z0-9]{1,60}){0,5}$`)
	manyDigits  = regexp.MustCompile(`[0-9]{5}`)
)

// showCode shows a code, the vendor's own word, if it looks like one. What has more digits than any vendor's codes may be a phone number
// in the wrong place.
func showCode(code string) string {
	if plainNumber.MatchString(code) || plainWord.MatchString(code) && !manyDigits.MatchString(code) {
		return code
	}
	return ""
}
