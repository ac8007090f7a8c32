package contract

import (
	"fmt"
	"regexp"
)

// codeOf returns the vendor's code at the top of a body, as written.
func (c *check) codeOf(body *node) (code string, ok bool) {
	if value, _ := c.codeMember(body); value != nil {
		return value.text, true
	}
	return "", false
}

// codeMember finds the member of a body that holds the vendor's code.
func (c *check) codeMember(body *node) (value *node, name string) {
	for _, name := range []string{"errcode", "code"} {
		if value, found := body.get(name); found && (value.kind == typeNumber || value.kind == typeString) {
			if _, listed := c.validator.document.codes[name]; listed {
				return value, name
			}
		}
	}
	return nil, ""
}

// failed tells whether a code says that the call failed.
func failed(code string, ok bool) bool { return ok && code != "0" && code != "" }

// subCode finds the code that a gateway of DingTalk's packs into its text, in answers of an older form.
var subCode = regexp.MustCompile(`subcode=([^,\]]+)`)

// code holds the vendor's codes at the top of a body against the document's lists. Where a schema refers to such a list the walk has done
// so already.
func (c *check) code(body *node, code string, hasCode bool) {
	if !failed(code, hasCode) {
		return
	}
	codes := c.validator.document.codes
	value, top := c.codeMember(body)
	c.listed(codes[top], value, (*place)(nil).declared(top))
	if sub, ok := body.get("sub_code"); ok && sub.kind != typeNull {
		c.listed(codes["sub_code"], sub, (*place)(nil).declared("sub_code"))
		return
	}
	if text, ok := body.get("errmsg"); ok && codes["sub_code"] != nil {
		if match := subCode.FindStringSubmatch(text.text); match != nil {
			c.listed(codes["sub_code"], &node{kind: typeString, text: match[1]}, (*place)(nil).declared("errmsg"))
		}
	}
}

// listed notes a code that is in none of the lists. A sub_code may be any code, so that what one list lacks another may have.
func (c *check) listed(lists []*schema, value *node, at *place) {
	for _, list := range lists {
		if list.enum[value.text] {
			c.forgiveCode(at)
			return
		}
	}
	if len(lists) == 0 || value.kind != typeString && value.kind != typeNumber {
		return
	}
	pointer, _ := at.pointer(false)
	for _, f := range c.findings {
		if f.Pointer == pointer && f.Kind == KindUndocumentedCode {
			return
		}
	}
	c.undocumentedCode(PartResponseBody, lists[0], value, at)
}

// forgiveCode takes back what the walk has said of a code that another list has.
func (c *check) forgiveCode(at *place) {
	pointer, _ := at.pointer(false)
	for i, f := range c.findings {
		if f.Part == PartResponseBody && f.Pointer == pointer && f.Kind == KindUndocumentedCode {
			c.findings = append(c.findings[:i], c.findings[i+1:]...)
			return
		}
	}
}

func (c *check) undocumentedCode(part Part, list *schema, value *node, at *place) {
	c.add(Finding{
		Part: part, Kind: KindUndocumentedCode, Severity: Informative, Code: showCode(value.text),
		Document: fmt.Sprintf("%s lists %d codes, not this one", cmpName(list.name), len(list.enum)), Came: string(value.kind),
	}, at, value)
}

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
