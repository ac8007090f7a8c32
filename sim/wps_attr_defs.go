package sim

import (
	"context"
	"slices"
	"strconv"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsAttrDef is the definition of a custom attribute.
type wpsAttrDef struct {
	id, name, kind string
	options        []wpsserver.CustomAttrOption
}

// The kinds of custom attributes. The values of texts and links are on the staff record, where all vendors see them.
const (
	wpsAttrText   = "text"
	wpsAttrURL    = "url"
	wpsAttrOption = "option"
	wpsAttrUser   = "relation_user"
	wpsAttrDepts  = "relation_depts"
)

// wpsAttrDefs are those that the made-up company has.
func wpsAttrDefs() []wpsAttrDef {
	return []wpsAttrDef{
		{id: "at-1", name: "工号", kind: wpsAttrText},
		{id: "at-2", name: "工位", kind: wpsAttrText},
		{id: "at-3", name: "主页", kind: wpsAttrURL},
		{id: "at-4", name: "班次", kind: wpsAttrOption, options: []wpsserver.CustomAttrOption{{Key: new("d"), Name: new("白班")}, {Key: new("n"), Name: new("夜班")}}},
		{id: "at-5", name: "导师", kind: wpsAttrUser},
		{id: "at-6", name: "协作部门", kind: wpsAttrDepts},
	}
}

// attrDefinitions returns the definitions of the moment.
func (w *wps) attrDefinitions() []wpsAttrDef {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.attrDefs)
}

func wpsAttrDefList(defs []wpsAttrDef) *wpsserver.CustomAttrDefList {
	out := make([]wpsserver.CustomAttrDef, 0, len(defs))
	for _, def := range defs {
		entry := wpsserver.CustomAttrDef{ID: new(def.id), Name: new(def.name), ValueType: new(def.kind)}
		if def.options != nil {
			entry.Options = new(slices.Clone(def.options))
		}
		out = append(out, entry)
	}
	return &wpsserver.CustomAttrDefList{CustomAttrs: &out}
}

// BatchReadCustomAttrDefs lists the definitions.
func (w *wps) BatchReadCustomAttrDefs(context.Context, wpsserver.BatchReadCustomAttrDefsRequestObject) (wpsserver.BatchReadCustomAttrDefsResponseObject, error) {
	return wpsserver.BatchReadCustomAttrDefs200JSONResponse{Msg: w.said(""), Data: wpsAttrDefList(w.attrDefinitions())}, nil
}

// change writes what an input says into a definition.
func (def *wpsAttrDef) change(in wpsserver.CustomAttrDefInput) error {
	if in.Name != nil {
		def.name = *in.Name
	}
	if in.ValueType != nil {
		def.kind = *in.ValueType
	}
	if in.Options != nil {
		def.options = nil
		for _, o := range *in.Options {
			if isBlank(o.Key) {
				return wpsInvalid("options.key is required")
			}
			def.options = append(def.options, wpsserver.CustomAttrOption(o))
		}
	}
	switch {
	case wpsBlank(def.name):
		return wpsInvalid("name is required")
	case !slices.Contains([]string{wpsAttrText, wpsAttrURL, wpsAttrOption, wpsAttrUser, wpsAttrDepts}, def.kind):
		return wpsInvalid("value_type is not known")
	case (def.kind == wpsAttrOption) != (len(def.options) > 0):
		return wpsInvalid("options go with value_type option, and only with it")
	}
	return nil
}

// wpsDistinct refuses definitions of which two have one name.
func wpsDistinct(defs []wpsAttrDef) error {
	names := make(map[string]bool)
	for _, def := range defs {
		if names[def.name] {
			return wpsConflict("name " + def.name + " is taken")
		}
		names[def.name] = true
	}
	return nil
}

// BatchCreateCustomAttrDefs adds definitions, all of them or none.
func (w *wps) BatchCreateCustomAttrDefs(_ context.Context, r wpsserver.BatchCreateCustomAttrDefsRequestObject) (wpsserver.BatchCreateCustomAttrDefsResponseObject, error) {
	if len(r.Body.CustomAttrs) == 0 {
		return nil, wpsInvalid("custom_attrs is required")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	defs := slices.Clone(w.attrDefs)
	for i, in := range r.Body.CustomAttrs {
		def := wpsAttrDef{id: "at-" + strconv.Itoa(100+w.serial+i)}
		if err := def.change(in); err != nil {
			return nil, err
		}
		defs = append(defs, def)
	}
	if err := wpsDistinct(defs); err != nil {
		return nil, err
	}
	added := defs[len(w.attrDefs):]
	w.attrDefs = defs
	w.serial += len(added)
	return wpsserver.BatchCreateCustomAttrDefs200JSONResponse{Msg: w.said(""), Data: wpsAttrDefList(added)}, nil
}

// BatchUpdateCustomAttrDefs changes definitions, all of them or none. The kind of one cannot be changed: its values would not fit.
func (w *wps) BatchUpdateCustomAttrDefs(ctx context.Context, r wpsserver.BatchUpdateCustomAttrDefsRequestObject) (wpsserver.BatchUpdateCustomAttrDefsResponseObject, error) {
	if len(r.Body.CustomAttrs) == 0 {
		return nil, wpsInvalid("custom_attrs is required")
	}
	renamed := make(map[string]string)
	err := w.changeAttrDefs(func(defs []wpsAttrDef) ([]wpsAttrDef, error) {
		for _, in := range r.Body.CustomAttrs {
			i := slices.IndexFunc(defs, func(def wpsAttrDef) bool { return def.id == wpsTextOf(in.ID) })
			if i < 0 {
				return nil, wpsNoSuch("custom attribute", wpsTextOf(in.ID))
			}
			old := defs[i]
			if err := defs[i].change(in); err != nil {
				return nil, err
			}
			if defs[i].kind != old.kind {
				return nil, wpsInvalid("value_type cannot be changed")
			}
			renamed[old.name] = defs[i].name
		}
		return defs, wpsDistinct(defs)
	})
	if err == nil {
		err = w.editAttributes(callOf(ctx), func(a Attribute) (Attribute, bool) {
			if name, ok := renamed[a.Name]; ok {
				a.Name = name
			}
			return a, true
		})
	}
	return wpsserver.BatchUpdateCustomAttrDefs200JSONResponse{Msg: w.done()}, err
}

// changeAttrDefs puts other definitions in the place of those there are, unless edit fails.
func (w *wps) changeAttrDefs(edit func([]wpsAttrDef) ([]wpsAttrDef, error)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	defs, err := edit(slices.Clone(w.attrDefs))
	if err == nil {
		w.attrDefs = defs
	}
	return err
}

// editAttributes changes the fields that the company added to staff records, or takes them away.
func (w *wps) editAttributes(c *call, edit func(Attribute) (Attribute, bool)) error {
	return w.sim.org.change(func(d *directory) error {
		for _, p := range d.allPeople() {
			var attributes []Attribute
			for _, a := range p.Attributes {
				if edited, keep := edit(a); keep {
					attributes = append(attributes, edited)
				}
			}
			if slices.Equal(attributes, p.Attributes) {
				continue
			}
			err := d.updatePerson(p.Key, func(p *Person) error {
				p.Attributes, p.Changed = attributes, c.now
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
func (w *wps) BatchDeleteCustomAttrDefs(ctx context.Context, r wpsserver.BatchDeleteCustomAttrDefsRequestObject) (wpsserver.BatchDeleteCustomAttrDefsResponseObject, error) {
	if len(r.Body.AttrIDs) == 0 {
		return nil, wpsInvalid("attr_ids is required")
	}
	gone := make(map[string]bool)
	err := w.changeAttrDefs(func(defs []wpsAttrDef) ([]wpsAttrDef, error) {
		for _, id := range r.Body.AttrIDs {
			i := slices.IndexFunc(defs, func(def wpsAttrDef) bool { return def.id == id })
			if i < 0 {
				return nil, wpsNoSuch("custom attribute", id)
			}
			gone[defs[i].name] = true
			defs = slices.Delete(defs, i, i+1)
		}
		return defs, nil
	})
	if err == nil {
		err = w.editAttributes(callOf(ctx), func(a Attribute) (Attribute, bool) { return a, !gone[a.Name] })
	}
	return wpsserver.BatchDeleteCustomAttrDefs200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}
