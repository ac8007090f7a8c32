package feishu

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// attribute is one of the tenant's own fields of a person. Texts and links are those that the company has in
// Person.Attributes, under the same name; the other kinds are known to Feishu only.
type attribute struct {
	id      string
	kind    feishuserver.CustomAttrType
	zh, en  string
	options []option
}

// option is what can be chosen.
type option struct{ id, value, name string }

func attributes() []attribute {
	return []attribute{
		{id: "C-7100", kind: feishuserver.CustomAttrTypeText, zh: "工号", en: "Staff number"},
		{id: "C-7101", kind: feishuserver.CustomAttrTypeText, zh: "工位", en: "Desk"},
		{id: "C-7102", kind: feishuserver.CustomAttrTypeHref, zh: "主页", en: "Home page"},
		{id: "C-7103", kind: feishuserver.CustomAttrTypeEnumeration, zh: "工牌颜色", en: "Badge colour",
			options: []option{{id: "o1", value: "蓝"}, {id: "o2", value: "红"}}},
		{id: "C-7104", kind: feishuserver.CustomAttrTypePictureEnum, zh: "勋章", en: "Medal",
			options: []option{{id: "o9", value: "https://img.example.org/medal.png", name: "金牌"}}},
		{id: "C-7105", kind: feishuserver.CustomAttrTypeGenericUser, zh: "导师", en: "Mentor"},
	}
}

func attributeBy(match func(attribute) bool) (attribute, bool) {
	all := attributes()
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i], true
	}
	return attribute{}, false
}

// attributes shows the fields of a person.
func (v view) attributes(p *company.Person, own person) *[]feishuserver.UserCustomAttr {
	out := []feishuserver.UserCustomAttr{}
	for _, attr := range p.Attributes {
		field, ok := attributeBy(func(a attribute) bool { return a.zh == attr.Name })
		if !ok {
			continue
		}
		value := feishuserver.UserCustomAttrValue{Text: new(attr.Text)}
		if field.kind == feishuserver.CustomAttrTypeHref {
			value.URL = new(attr.URL)
			value.PCURL = new(attr.URL)
			if pc := own.pcURLs[field.id]; pc != "" {
				value.PCURL = &pc
			}
		}
		out = append(out, feishuserver.UserCustomAttr{ID: new(field.id), Type: new(field.kind), Value: &value})
	}
	out = append(out, own.attributes...)
	return &out
}

// setAttributes checks the fields of a request by the definitions and puts them into p and own, in place of those
// of the same field.
func (v view) setAttributes(p *company.Person, own *person, input []feishuserver.UserCustomAttrInput) error {
	p.Attributes, own.attributes = slices.Clone(p.Attributes), slices.Clone(own.attributes)
	for _, in := range input {
		if desk.IsBlank(in.ID) {
			return refusal{code: feishuapi.ErrorCodeCustomAttrIDMissing}
		}
		field, ok := attributeBy(func(a attribute) bool { return a.id == *in.ID })
		if !ok {
			return refusal{code: feishuapi.ErrorCodeCustomAttrNotFound}
		}
		if in.Type != nil && *in.Type != field.kind {
			return fieldRefusal("custom_attrs.type", string(*in.Type), "the field is of the type "+string(field.kind))
		}
		if in.Value == nil {
			return refusal{code: feishuapi.ErrorCodeCustomAttrValueMissing}
		}
		var err error
		switch field.kind {
		case feishuserver.CustomAttrTypeText, feishuserver.CustomAttrTypeHref:
			err = setText(p, own, field, *in.Value)
		default:
			err = v.setChoice(own, field, *in.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setText sets a text or a link.
func setText(p *company.Person, own *person, field attribute, value feishuserver.UserCustomAttrValueInput) error {
	attr := company.Attribute{Name: field.zh}
	if value.Text != nil {
		attr.Text = *value.Text
	}
	link := field.kind == feishuserver.CustomAttrTypeHref
	switch {
	case link && attr.Text == "":
		return refusal{code: feishuapi.ErrorCodeCustomAttrTextMissing}
	case link && desk.IsBlank(value.URL):
		return refusal{code: feishuapi.ErrorCodeCustomAttrURLMissing}
	case link && !strings.HasPrefix(*value.URL, "http://") && !strings.HasPrefix(*value.URL, "https://"):
		return fieldRefusal("custom_attrs.value.url", *value.URL, "not http or https")
	case !link && value.Text == nil:
		return refusal{code: feishuapi.ErrorCodeCustomAttrValueMissing}
	case !link && utf8.RuneCountInString(attr.Text) > 100:
		return fieldRefusal("custom_attrs.value.text", attr.Text, "longer than 100 characters")
	}
	if link {
		attr.URL = *value.URL
		urls := maps.Clone(own.pcURLs)
		if urls == nil {
			urls = make(map[string]string)
		}
		delete(urls, field.id)
		if !desk.IsBlank(value.PCURL) {
			urls[field.id] = *value.PCURL
		}
		own.pcURLs = urls
	}
	p.Attributes = slices.DeleteFunc(p.Attributes, func(a company.Attribute) bool { return a.Name == field.zh })
	if attr.Text != "" {
		p.Attributes = append(p.Attributes, attr)
	}
	return nil
}

// setChoice sets an option or a person.
func (v view) setChoice(own *person, field attribute, in feishuserver.UserCustomAttrValueInput) error {
	missing := refusal{code: feishuapi.ErrorCodeCustomAttrValueMissing}
	var value feishuserver.UserCustomAttrValue
	if field.kind == feishuserver.CustomAttrTypeGenericUser {
		// Always a user_id, whatever user_id_type says.
		if in.GenericUser == nil || in.GenericUser.Type != 1 ||
			v.dir.FindPerson(company.ByFeishuUserID, in.GenericUser.ID) == nil {
			return missing
		}
		value.GenericUser = &feishuserver.GenericUser{ID: new(in.GenericUser.ID), Type: new(int64(1))}
	} else {
		if desk.IsBlank(in.OptionID) {
			return missing
		}
		i := slices.IndexFunc(field.options, func(o option) bool { return o.id == *in.OptionID })
		if i < 0 {
			return missing
		}
		value.OptionID = new(field.options[i].id)
		if field.kind == feishuserver.CustomAttrTypePictureEnum {
			value.Name, value.PictureURL = new(field.options[i].name), new(field.options[i].value)
		} else {
			value.OptionValue = new(field.options[i].value)
		}
	}
	own.attributes = slices.DeleteFunc(own.attributes,
		func(a feishuserver.UserCustomAttr) bool { return *a.ID == field.id })
	own.attributes = append(own.attributes,
		feishuserver.UserCustomAttr{ID: new(field.id), Type: new(field.kind), Value: &value})
	return nil
}
