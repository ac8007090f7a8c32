package document

import "regexp"

// CodeOf returns the vendor's code at the top of a body, as written.
func (d *Document) CodeOf(body *Node) (code string, ok bool) {
	if value, _ := d.CodeMember(body); value != nil {
		return value.Text, true
	}
	return "", false
}

// CodeMember finds the member of a body that holds the vendor's code.
func (d *Document) CodeMember(body *Node) (value *Node, name string) {
	for _, name := range []string{"errcode", "code"} {
		if value, found := body.Get(name); found && (value.Kind == TypeNumber || value.Kind == TypeString) {
			if _, listed := d.Codes[name]; listed {
				return value, name
			}
		}
	}
	return nil, ""
}

// Failed tells whether a code says that the call failed.
func Failed(code string, ok bool) bool { return ok && code != "0" && code != "" }

var (
	plainNumber = regexp.MustCompile(`^-?[0-9]{1,9}$`)
	plainWord   = regexp.MustCompile(`^[A-Za-z]{1,40}(\.-?[A-Za-z0-9]{1,60}){0,5}$`)
	manyDigits  = regexp.MustCompile(`[0-9]{5}`)
)

// ShowCode shows a code, the vendor's own word, if it looks like one. What has more digits than any vendor's codes may
// be a phone number in the wrong place.
func ShowCode(code string) string {
	if plainNumber.MatchString(code) || plainWord.MatchString(code) && !manyDigits.MatchString(code) {
		return code
	}
	return ""
}
