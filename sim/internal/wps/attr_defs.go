package wps

import (
	"context"
	"slices"
	"strconv"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// attrDef is the definition of a custom attribute.
type attrDef struct {
	id, name string
	kind     wpsserver.CustomAttrType
	options  []wpsserver.CustomAttrOption
}

// The kinds of custom attributes. The values of texts and links are on the staff record, where all vendors see them.
const (
	attrText   = wpsserver.CustomAttrTypeText
	attrURL    = wpsserver.CustomAttrTypeURL
	attrOption = wpsserver.CustomAttrTypeOption
	attrUser   = wpsserver.CustomAttrTypeRelationUser
	attrDepts  = wpsserver.CustomAttrTypeRelationDepts
)

// attrDefs are those that the made-up company has.
func attrDefs() []attrDef {
	return []attrDef{
		{id: "at-1", name: "工号", kind: attrText},
		{id: "at-2", name: "工位", kind: attrText},
		{id: "at-3", name: "主页", kind: attrURL},
		{id: "at-4", name: "班次", kind: attrOption,
			options: []wpsserver.CustomAttrOption{{Key: new("d"), Name: new("白班")}, {Key: new("n"), Name: new("夜班")}}},
		{id: "at-5", name: "导师", kind: attrUser},
		{id: "at-6", name: "协作部门", kind: attrDepts},
	}
}

// attrDefinitions returns the definitions of the moment.
func (w *Vendor) attrDefinitions() []attrDef {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.attrDefs)
}

func attrDefList(defs []attrDef) *wpsserver.CustomAttrDefList {
	out := make([]wpsserver.CustomAttrDef, 0, len(defs))
	for _, def := range defs {
		entry := wpsserver.CustomAttrDef{ID: new(def.id), Name: new(def.name), ValueType: new(def.kind)}
		if def.options != nil {
			entry.Options = new(slices.Clone(def.options))
		}
		out = append(out, entry)
	}
	return &wpsserver.CustomAttrDefList{CustomAttrs: &out, Total: new(int64(len(out)))}
}

// BatchReadCustomAttrDefs lists the definitions.
func (w *Vendor) BatchReadCustomAttrDefs(context.Context,
	wpsserver.BatchReadCustomAttrDefsRequestObject) (wpsserver.BatchReadCustomAttrDefsResponseObject, error) {
	return wpsserver.BatchReadCustomAttrDefs200JSONResponse{Msg: w.said(""), Data: attrDefList(w.attrDefinitions())},
		nil
}

// change writes what an input says into a definition.
func (def *attrDef) change(name string, options []wpsserver.CustomAttrOptionInput) error {
	def.name, def.options = name, nil
	for _, o := range options {
		if blank(o.Key) {
			return invalid("options.key is required")
		}
		def.options = append(def.options, wpsserver.CustomAttrOption{Key: &o.Key, Name: &o.Name})
	}
	switch {
	case blank(def.name):
		return invalid("name is required")
	case !def.kind.Valid():
		return invalid("value_type is not known")
	case len(options) > 10:
		return invalid("options may be 10 at most")
	case (def.kind == attrOption) != (len(def.options) > 0):
		return invalid("options go with value_type option, and only with it")
	}
	return nil
}

// distinct refuses definitions of which two have one name.
func distinct(defs []attrDef) error {
	names := make(map[string]bool)
	for _, def := range defs {
		if names[def.name] {
			return conflict(wpsserver.ErrorCodeCustomFieldNameAlreadyExist, "name "+def.name+" is taken")
		}
		names[def.name] = true
	}
	return nil
}

// BatchCreateCustomAttrDefs adds definitions, all of them or none. The public cloud answers with their ids, private
// deployments with the definitions.
func (w *Vendor) BatchCreateCustomAttrDefs(_ context.Context,
	r wpsserver.BatchCreateCustomAttrDefsRequestObject) (wpsserver.BatchCreateCustomAttrDefsResponseObject, error) {
	if len(r.Body.CustomAttrs) == 0 {
		return nil, invalid("custom_attrs is required")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	defs := slices.Clone(w.attrDefs)
	var ids []string
	for i, in := range r.Body.CustomAttrs {
		def := attrDef{id: "at-" + strconv.Itoa(100+w.serial+i), kind: wpsserver.CustomAttrType(in.ValueType)}
		var options []wpsserver.CustomAttrOptionInput
		if in.Options != nil {
			options = *in.Options
		}
		if err := def.change(in.Name, options); err != nil {
			return nil, err
		}
		defs, ids = append(defs, def), append(ids, def.id)
	}
	if err := distinct(defs); err != nil {
		return nil, err
	}
	added := defs[len(w.attrDefs):]
	w.attrDefs = defs
	w.serial += len(added)
	data := wpsserver.NewCustomAttrDefs{AttrIDs: &ids}
	if w.private() {
		data = wpsserver.NewCustomAttrDefs{CustomAttrs: attrDefList(added).CustomAttrs}
	}
	return wpsserver.BatchCreateCustomAttrDefs200JSONResponse{Msg: w.said(""), Data: &data}, nil
}

// BatchUpdateCustomAttrDefs changes definitions, all of them or none. The kind of one cannot be changed: its values
// would not fit.
func (w *Vendor) BatchUpdateCustomAttrDefs(ctx context.Context,
	r wpsserver.BatchUpdateCustomAttrDefsRequestObject) (wpsserver.BatchUpdateCustomAttrDefsResponseObject, error) {
	if len(r.Body.CustomAttrs) == 0 {
		return nil, invalid("custom_attrs is required")
	}
	renamed := make(map[string]string)
	err := w.changeAttrDefs(func(defs []attrDef) ([]attrDef, error) {
		for _, in := range r.Body.CustomAttrs {
			i := slices.IndexFunc(defs, func(def attrDef) bool { return def.id == textOf(in.ID) })
			if i < 0 {
				return nil, noSuch("custom attribute", textOf(in.ID))
			}
			old := defs[i]
			if in.ValueType != nil && wpsserver.CustomAttrType(*in.ValueType) != old.kind {
				return nil, invalid("value_type cannot be changed")
			}
			if err := defs[i].change(in.Name, in.Options); err != nil {
				return nil, err
			}
			renamed[old.name] = defs[i].name
		}
		return defs, distinct(defs)
	})
	if err == nil {
		err = w.editAttributes(desk.CallOf(ctx), func(a company.Attribute) (company.Attribute, bool) {
			if name, ok := renamed[a.Name]; ok {
				a.Name = name
			}
			return a, true
		})
	}
	return wpsserver.BatchUpdateCustomAttrDefs200JSONResponse{Msg: w.done()}, err
}

// changeAttrDefs puts other definitions in the place of those there are, unless edit fails.
func (w *Vendor) changeAttrDefs(edit func([]attrDef) ([]attrDef, error)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	defs, err := edit(slices.Clone(w.attrDefs))
	if err == nil {
		w.attrDefs = defs
	}
	return err
}

// editAttributes changes the fields that the company added to staff records, or takes them away.
func (w *Vendor) editAttributes(c *desk.Call, edit func(company.Attribute) (company.Attribute, bool)) error {
	return company.Change(w.desk.Company, func(d *company.Directory) error {
		for _, p := range d.AllPeople() {
			var attributes []company.Attribute
			for _, a := range p.Attributes {
				if edited, keep := edit(a); keep {
					attributes = append(attributes, edited)
				}
			}
			if slices.Equal(attributes, p.Attributes) {
				continue
			}
			err := d.UpdatePerson(p.Key, func(p *company.Person) error {
				p.Attributes, p.Changed = attributes, c.Now
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// BatchDeleteCustomAttrDefs removes definitions with their values, all of them or none.
func (w *Vendor) BatchDeleteCustomAttrDefs(ctx context.Context,
	r wpsserver.BatchDeleteCustomAttrDefsRequestObject) (wpsserver.BatchDeleteCustomAttrDefsResponseObject, error) {
	if len(r.Body.AttrIDs) == 0 {
		return nil, invalid("attr_ids is required")
	}
	gone := make(map[string]bool)
	err := w.changeAttrDefs(func(defs []attrDef) ([]attrDef, error) {
		for _, id := range r.Body.AttrIDs {
			i := slices.IndexFunc(defs, func(def attrDef) bool { return def.id == id })
			if i < 0 {
				return nil, noSuch("custom attribute", id)
			}
			gone[defs[i].name] = true
			defs = slices.Delete(defs, i, i+1)
		}
		return defs, nil
	})
	if err == nil {
		err = w.editAttributes(desk.CallOf(ctx),
			func(a company.Attribute) (company.Attribute, bool) { return a, !gone[a.Name] })
	}
	return wpsserver.BatchDeleteCustomAttrDefs200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}
