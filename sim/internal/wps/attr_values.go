package wps

import (
	"context"
	"slices"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// attrPlace is a custom attribute of a person.
type attrPlace struct {
	person company.PersonKey
	attr   string
}

// attrVal is a value of a kind that only WPS has.
type attrVal struct {
	option string
	user   company.PersonKey
	depts  []company.DepartmentKey
}

// attrValues writes the custom attributes that a person has.
func (v view) attrValues(p *company.Person, defs []attrDef) []wpsserver.CustomAttrValue {
	out := []wpsserver.CustomAttrValue{}
	for _, def := range defs {
		if value, ok := v.attrValue(p, def); ok {
			value.AttrID, value.AttrName, value.AttrValueType = new(def.id), new(def.name), new(string(def.kind))
			out = append(out, value)
		}
	}
	return out
}

// attrValue writes one custom attribute in the member for its kind; ok is false if the person has none.
func (v view) attrValue(p *company.Person, def attrDef) (value wpsserver.CustomAttrValue, ok bool) {
	v.part.mu.Lock()
	own, ok := v.part.attrs[attrPlace{p.Key, def.id}]
	v.part.mu.Unlock()
	switch def.kind {
	case attrOption:
		value.Option = new(own.option)
	case attrUser:
		other := v.dir.Person(own.user)
		if other == nil { // none was set, or removed since
			return value, false
		}
		value.RelationUser = new(other.WPSUserID)
	case attrDepts:
		ids := []string{}
		for _, key := range own.depts {
			if dept := v.dir.Department(key); dept != nil {
				ids = append(ids, dept.WPSID)
			}
		}
		value.RelationDepts = &ids
	default:
		i := slices.IndexFunc(p.Attributes,
			func(a company.Attribute) bool { return a.Name == def.name && (a.URL != "") == (def.kind == attrURL) })
		if i < 0 {
			return value, false
		}
		a := p.Attributes[i]
		if def.kind == attrURL {
			value.URL = &wpsserver.CustomAttrLink{Title: new(a.Text), Link: new(a.URL)}
		} else {
			value.Text = new(a.Text)
		}
		return value, true
	}
	return value, ok
}

// BatchReadUserCustomAttrs reads the custom attributes of people. Who does not exist or is not visible is missing.
// Private deployments call the list users.
func (w *Vendor) BatchReadUserCustomAttrs(ctx context.Context,
	r wpsserver.BatchReadUserCustomAttrsRequestObject) (wpsserver.BatchReadUserCustomAttrsResponseObject, error) {
	if len(r.Body.UserIDs) == 0 {
		return nil, invalid("user_ids is required")
	}
	defs := w.attrDefinitions()
	list := []wpsserver.UserCustomAttrs{}
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		for _, id := range r.Body.UserIDs {
			if p := v.userNamed(id); p != nil {
				list = append(list, wpsserver.UserCustomAttrs{UserID: new(p.WPSUserID),
					CustomAttrs: new(v.attrValues(p, defs))})
			}
		}
	})
	data := &wpsserver.UserCustomAttrsList{Items: &list}
	if w.private() {
		data = &wpsserver.UserCustomAttrsList{Users: &list}
	}
	return wpsserver.BatchReadUserCustomAttrs200JSONResponse{Msg: w.said(""), Data: data}, nil
}

// attrEdit is a value that was checked: what it makes of a staff record, or what WPS keeps.
type attrEdit struct {
	def     attrDef
	shared  company.Attribute // of texts and links; without text and link it goes away
	own     attrVal
	cleared bool // of the other kinds
}

// BatchUpdateUserCustomAttrs sets custom attributes of people, all of them or none, and answers with what it set. An
// empty value clears.
func (w *Vendor) BatchUpdateUserCustomAttrs(ctx context.Context,
	r wpsserver.BatchUpdateUserCustomAttrsRequestObject) (wpsserver.BatchUpdateUserCustomAttrsResponseObject, error) {
	if len(r.Body.Users) == 0 {
		return nil, invalid("users is required")
	}
	c, defs := desk.CallOf(ctx), w.attrDefinitions()
	list := []wpsserver.UserCustomAttrs{}
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		edits := make(map[company.PersonKey][]attrEdit)
		var order []company.PersonKey
		for _, entry := range r.Body.Users {
			p := v.userNamed(entry.UserID)
			if p == nil {
				return noSuch("user", entry.UserID)
			}
			if len(entry.CustomAttrs) == 0 {
				return invalid("custom_attrs is required")
			}
			order = append(order, p.Key)
			for _, in := range entry.CustomAttrs {
				edit, err := v.attrEdit(defs, in)
				if err != nil {
					return err
				}
				edits[p.Key] = append(edits[p.Key], edit)
			}
		}
		for _, key := range order {
			if err := v.writeAttrs(c, key, edits[key]); err != nil {
				return err
			}
			var touched []attrDef
			for _, edit := range edits[key] {
				touched = append(touched, edit.def)
			}
			p := d.Person(key)
			list = append(list, wpsserver.UserCustomAttrs{UserID: new(p.WPSUserID),
				CustomAttrs: new(v.attrValues(p, touched))})
		}
		return nil
	})
	return wpsserver.BatchUpdateUserCustomAttrs200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.UserCustomAttrsList{Users: &list}}, err
}

// attrEdit checks one value against its definition.
func (v view) attrEdit(defs []attrDef, in wpsserver.CustomAttrValueInput) (attrEdit, error) {
	i := slices.IndexFunc(defs, func(def attrDef) bool { return def.id == in.AttrID })
	if i < 0 {
		return attrEdit{}, noSuch("custom attribute", in.AttrID)
	}
	def := defs[i]
	edit := attrEdit{def: def, shared: company.Attribute{Name: def.name}}
	switch {
	case def.kind == attrText && in.Text != nil:
		edit.shared.Text = *in.Text
	case def.kind == attrURL && in.URL != nil:
		edit.shared.Text, edit.shared.URL = in.URL.Title, in.URL.Link
		if edit.shared.Text != "" && edit.shared.URL == "" {
			return edit, invalid("url.link is required")
		}
	case def.kind == attrOption && in.Option != nil:
		edit.own.option, edit.cleared = *in.Option, *in.Option == ""
		if !edit.cleared && !slices.ContainsFunc(def.options,
			func(o wpsserver.CustomAttrOption) bool { return *o.Key == *in.Option }) {
			return edit, invalid("option is not one of the attribute's")
		}
	case def.kind == attrUser && in.RelationUser != nil:
		edit.cleared = *in.RelationUser == ""
		if other := v.userNamed(*in.RelationUser); other != nil {
			edit.own.user = other.Key
		} else if !edit.cleared {
			return edit, noSuch("user", *in.RelationUser)
		}
	case def.kind == attrDepts && in.RelationDepts != nil:
		edit.cleared = len(*in.RelationDepts) == 0
		for _, id := range *in.RelationDepts {
			dept := v.deptNamed(id)
			if dept == nil {
				return edit, noSuch("department", id)
			}
			edit.own.depts = append(edit.own.depts, dept.Key)
		}
	default:
		return edit, invalid("the value is not of the attribute's kind, which is " + string(def.kind))
	}
	return edit, nil
}

// writeAttrs sets the custom attributes of one person.
func (v view) writeAttrs(c *desk.Call, key company.PersonKey, edits []attrEdit) error {
	return v.dir.UpdatePerson(key, func(p *company.Person) error {
		v.part.mu.Lock()
		defer v.part.mu.Unlock()
		p.Changed = c.Now
		for _, edit := range edits {
			place := attrPlace{key, edit.def.id}
			switch {
			case edit.def.kind == attrText || edit.def.kind == attrURL:
				p.Attributes = slices.DeleteFunc(p.Attributes,
					func(a company.Attribute) bool { return a.Name == edit.shared.Name })
				if edit.shared.Text != "" || edit.shared.URL != "" {
					p.Attributes = append(p.Attributes, edit.shared)
				}
			case edit.cleared:
				delete(v.part.attrs, place)
			default:
				v.part.attrs[place] = edit.own
			}
		}
		return nil
	})
}
