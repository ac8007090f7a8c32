package contract

import (
	"fmt"
	"regexp"

	"github.com/roster-go/roster/contract/internal/document"
)

// subCode finds the code that a gateway of DingTalk's packs into its text, in answers of an older form.
var subCode = regexp.MustCompile(`subcode=([^,\]]+)`)

// code checks the vendor's codes at the top of a body against the document's lists. Where a schema refers to such a
// list the walk has done so already.
func (c *check) code(body *document.Node, code string, hasCode bool) {
	if !document.Failed(code, hasCode) {
		return
	}
	codes := c.validator.document.Codes
	value, top := c.validator.document.CodeMember(body)
	c.listed(codes[top], value, document.Root().Declared(top))
	if sub, ok := body.Get("sub_code"); ok && sub.Kind != document.TypeNull {
		c.listed(codes["sub_code"], sub, document.Root().Declared("sub_code"))
		return
	}
	if text, ok := body.Get("errmsg"); ok && codes["sub_code"] != nil {
		if match := subCode.FindStringSubmatch(text.Text); match != nil {
			c.listed(codes["sub_code"], &document.Node{Kind: document.TypeString, Text: match[1]},
				document.Root().Declared("errmsg"))
		}
	}
}

// listed notes a code that is in none of the lists. A sub_code may be any code, so that what one list lacks another may
// have.
func (c *check) listed(lists []*document.Schema, value *document.Node, at *document.Place) {
	for _, list := range lists {
		if list.Enum[value.Text] {
			c.forgiveCode(at)
			return
		}
	}
	if len(lists) == 0 || value.Kind != document.TypeString && value.Kind != document.TypeNumber {
		return
	}
	pointer, _ := at.Pointer(false)
	for _, f := range c.findings {
		if f.Pointer == pointer && f.Kind == KindUndocumentedCode {
			return
		}
	}
	c.undocumentedCode(PartResponseBody, lists[0], value, at)
}

// forgiveCode takes back what the walk has said of a code that another list has.
func (c *check) forgiveCode(at *document.Place) {
	pointer, _ := at.Pointer(false)
	for i, f := range c.findings {
		if f.Part == PartResponseBody && f.Pointer == pointer && f.Kind == KindUndocumentedCode {
			c.findings = append(c.findings[:i], c.findings[i+1:]...)
			return
		}
	}
}

func (c *check) undocumentedCode(part Part, list *document.Schema, value *document.Node, at *document.Place) {
	c.add(Finding{
		Part: part, Kind: KindUndocumentedCode, Severity: Informative, Code: document.ShowCode(value.Text),
		Document: fmt.Sprintf("%s lists %d codes, not this one", list.ShownName(), len(list.Enum)),
		Came:     string(value.Kind),
	}, at, value)
}
