package contract

import (
	"fmt"
	"regexp"
)

// subCode finds the code that a gateway of DingTalk's packs into its text, in answers of an older form.
var subCode = regexp.MustCompile(`subcode=([^,\]]+)`)

// code holds the vendor's codes at the top of a body against the document's lists. Where a schema refers to such a list the walk has done
// so already.
func (c *check) code(body *node, code string, hasCode bool) {
	if !failed(code, hasCode) {
		return
	}
	codes := c.validator.document.codes
	value, top := c.validator.document.codeMember(body)
	c.listed(codes[top], value, root().declared(top))
	if sub, ok := body.get("sub_code"); ok && sub.kind != typeNull {
		c.listed(codes["sub_code"], sub, root().declared("sub_code"))
		return
	}
	if text, ok := body.get("errmsg"); ok && codes["sub_code"] != nil {
		if match := subCode.FindStringSubmatch(text.text); match != nil {
			c.listed(codes["sub_code"], &node{kind: typeString, text: match[1]}, root().declared("errmsg"))
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
		Document: fmt.Sprintf("%s lists %d codes, not this one", list.shownName(), len(list.enum)), Came: string(value.kind),
	}, at, value)
}
