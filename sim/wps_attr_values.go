package sim

import (
	"context"
	"slices"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsAttrPlace is a custom attribute of a person.
type wpsAttrPlace struct {
	person PersonKey
	attr   string
}

// wpsAttrVal is a value of a kind that only WPS has.
type wpsAttrVal struct {
	option string
	user   PersonKey
	depts  []DepartmentKey
}

// attrValues writes the custom attributes that a person has.
func (v wpsView) attrValues(p *Person, defs []wpsAttrDef) []wpsserver.CustomAttrValue {
	out := []wpsserver.CustomAttrValue{}
	for _, def := range defs {
		if value, ok := v.attrValue(p, def); ok {
			value.AttrID, value.AttrName, value.AttrValueType = new(def.id), new(def.name), new(def.kind)
			out = append(out, value)
		}
	}
	return out
}

// attrValue writes one custom attribute in the member for its kind; ok is false if the person has none.
func (v wpsView) attrValue(p *Person, def wpsAttrDef) (value wpsserver.CustomAttrValue, ok bool) {
	v.part.mu.Lock()
	own, ok := v.part.attrs[wpsAttrPlace{p.Key, def.id}]
	v.part.mu.Unlock()
	switch def.kind {
	case wpsAttrOption:
		value.Option = new(own.option)
	case wpsAttrUser:
		other := v.dir.person(own.user)
		if other == nil { // none was set, or removed since
			return value, false
		}
		value.RelationUser = new(other.WPSUserID)
	case wpsAttrDepts:
		ids := []string{}
		for _, key := range own.depts {
			if dept := v.dir.department(key); dept != nil {
				ids = append(ids, dept.WPSID)
			}
		}
		value.RelationDepts = &ids
	default:
		i := slices.IndexFunc(p.Attributes, func(a Attribute) bool { return a.Name == def.name && (a.URL != "") == (def.kind == wpsAttrURL) })
		if i < 0 {
			return value, false
		}
		a := p.Attributes[i]
		if def.kind == wpsAttrURL {
			value.URL = &wpsserver.CustomAttrLink{Title: new(a.Text), Link: new(a.URL)}
		} else {
			value.Text = new(a.Text)
		}
		return value, true
	}
	return value, ok
}

// BatchReadUserCustomAttrs reads the custom attributes of people. Who does not exist or is not visible is missing. Private deployments
// call the list users.
func (w *wps) BatchReadUserCustomAttrs(ctx context.Context, r wpsserver.BatchReadUserCustomAttrsRequestObject) (wpsserver.BatchReadUserCustomAttrsResponseObject, error) {
	if len(r.Body.UserIDs) == 0 {
		return nil, wpsInvalid("user_ids is required")
	}
	defs := w.attrDefinitions()
	list := []wpsserver.UserCustomAttrs{}
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(callOf(ctx), d)
		for _, id := range r.Body.UserIDs {
			if p := v.userNamed(id); p != nil {
				list = append(list, wpsserver.UserCustomAttrs{UserID: new(p.WPSUserID), CustomAttrs: new(v.attrValues(p, defs))})
			}
		}
	})
	data := &wpsserver.UserCustomAttrsList{Items: &list}
	if w.private() {
		data = &wpsserver.UserCustomAttrsList{Users: &list}
	}
	return wpsserver.BatchReadUserCustomAttrs200JSONResponse{Msg: w.said(""), Data: data}, nil
}

// wpsAttrEdit is a value that was checked: what it makes of a staff record, or what WPS keeps.
type wpsAttrEdit struct {
	def     wpsAttrDef
	shared  Attribute // of texts and links; without text and link it goes away
	own     wpsAttrVal
	cleared bool // of the other kinds
}

// BatchUpdateUserCustomAttrs sets custom attributes of people, all of them or none, and answers with what it set. An empty value clears.
func (w *wps) BatchUpdateUserCustomAttrs(ctx context.Context, r wpsserver.BatchUpdateUserCustomAttrsRequestObject) (wpsserver.BatchUpdateUserCustomAttrsResponseObject, error) {
	if len(r.Body.Users) == 0 {
		return nil, wpsInvalid("users is required")
	}
	c, defs := callOf(ctx), w.attrDefinitions()
	list := []wpsserver.UserCustomAttrs{}
	err := w.sim.org.change(func(d *directory) error {
		v := w.viewOf(c, d)
		edits := make(map[PersonKey][]wpsAttrEdit)
		var order []PersonKey
		for _, entry := range r.Body.Users {
			p := v.userNamed(wpsTextOf(entry.UserID))
			if p == nil {
				return wpsNoSuch("user", wpsTextOf(entry.UserID))
			}
			if entry.CustomAttrs == nil {
				return wpsInvalid("custom_attrs is required")
			}
			order = append(order, p.Key)
			for _, in := range *entry.CustomAttrs {
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
			var touched []wpsAttrDef
			for _, edit := range edits[key] {
				touched = append(touched, edit.def)
			}
			p := d.person(key)
			list = append(list, wpsserver.UserCustomAttrs{UserID: new(p.WPSUserID), CustomAttrs: new(v.attrValues(p, touched))})
		}
		return nil
	})
	return wpsserver.BatchUpdateUserCustomAttrs200JSONResponse{Msg: w.said(""), Data: &wpsserver.UserCustomAttrsList{Users: &list}}, err
}

// attrEdit checks one value against its definition.
func (v wpsView) attrEdit(defs []wpsAttrDef, in wpsserver.CustomAttrValueInput) (wpsAttrEdit, error) {
	i := slices.IndexFunc(defs, func(def wpsAttrDef) bool { return def.id == wpsTextOf(in.AttrID) })
	if i < 0 {
		return wpsAttrEdit{}, wpsNoSuch("custom attribute", wpsTextOf(in.AttrID))
	}
	def := defs[i]
	edit := wpsAttrEdit{def: def, shared: Attribute{Name: def.name}}
	switch {
	case def.kind == wpsAttrText && in.Text != nil:
		edit.shared.Text = *in.Text
	case def.kind == wpsAttrURL && in.URL != nil:
		edit.shared.Text, edit.shared.URL = wpsTextOf(in.URL.Title), wpsTextOf(in.URL.Link)
		if edit.shared.Text != "" && edit.shared.URL == "" {
			return edit, wpsInvalid("url.link is required")
		}
	case def.kind == wpsAttrOption && in.Option != nil:
		edit.own.option, edit.cleared = *in.Option, *in.Option == ""
		if !edit.cleared && !slices.ContainsFunc(def.options, func(o wpsserver.CustomAttrOption) bool { return *o.Key == *in.Option }) {
			return edit, wpsInvalid("option is not one of the attribute's")
		}
	case def.kind == wpsAttrUser && in.RelationUser != nil:
		edit.cleared = *in.RelationUser == ""
		if other := v.userNamed(*in.RelationUser); other != nil {
			edit.own.user = other.Key
		} else if !edit.cleared {
			return edit, wpsNoSuch("user", *in.RelationUser)
		}
	case def.kind == wpsAttrDepts && in.RelationDepts != nil:
		edit.cleared = len(*in.RelationDepts) == 0
		for _, id := range *in.RelationDepts {
			dept := v.deptNamed(id)
			if dept == nil {
				return edit, wpsNoSuch("department", id)
			}
			edit.own.depts = append(edit.own.depts, dept.Key)
		}
	default:
		return edit, wpsInvalid("the value is not of the attribute's kind, which is " + def.kind)
	}
	return edit, nil
}

// writeAttrs sets the custom attributes of one person.
func (v wpsView) writeAttrs(c *call, key PersonKey, edits []wpsAttrEdit) error {
	return v.dir.updatePerson(key, func(p *Person) error {
		v.part.mu.Lock()
		defer v.part.mu.Unlock()
		p.Changed = c.now
		for _, edit := range edits {
			place := wpsAttrPlace{key, edit.def.id}
			switch {
			case edit.def.kind == wpsAttrText || edit.def.kind == wpsAttrURL:
				p.Attributes = slices.DeleteFunc(p.Attributes, func(a Attribute) bool { return a.Name == edit.shared.Name })
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
