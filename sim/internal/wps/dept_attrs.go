package wps

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// deptAttrPlace is a custom attribute of a department.
type deptAttrPlace struct {
	dept company.DepartmentKey
	attr string
}

// deptAttrVal is its value.
type deptAttrVal struct {
	text, option string
	user         company.PersonKey
	cleared      bool
}

// costCentre is the attribute that every department of the made-up company has a value of.
const costCentre = "da-1"

// deptAttrDefs are those that the made-up company has. Departments have texts, options and people only.
func deptAttrDefs() []attrDef {
	return []attrDef{
		{id: costCentre, name: "成本中心", kind: attrText},
		{id: "da-2", name: "类别", kind: attrOption,
			options: []wpsserver.CustomAttrOption{{Key: new("f"), Name: new("职能")}, {Key: new("b"), Name: new("业务")}}},
		{id: "da-3", name: "联系人", kind: attrUser},
	}
}

// BatchReadDeptCustomAttrDefs lists the definitions.
func (w *Vendor) BatchReadDeptCustomAttrDefs(context.Context,
	wpsserver.BatchReadDeptCustomAttrDefsRequestObject) (wpsserver.BatchReadDeptCustomAttrDefsResponseObject, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return wpsserver.BatchReadDeptCustomAttrDefs200JSONResponse{Msg: w.said(""), Data: attrDefList(w.deptAttrDefs)}, nil
}

// BatchCreateDeptCustomAttrDefs adds definitions, all of them or none.
func (w *Vendor) BatchCreateDeptCustomAttrDefs(_ context.Context,
	r wpsserver.BatchCreateDeptCustomAttrDefsRequestObject,
) (wpsserver.BatchCreateDeptCustomAttrDefsResponseObject, error) {
	if len(r.Body.CustomAttrs) == 0 {
		return nil, invalid("custom_attrs is required")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	defs := slices.Clone(w.deptAttrDefs)
	ids := []string{}
	for i, in := range r.Body.CustomAttrs {
		if !in.ValueType.Valid() {
			return nil, invalid("value_type is not known")
		}
		def := attrDef{id: "da-" + strconv.Itoa(100+w.serial+i), kind: wpsserver.CustomAttrType(in.ValueType)}
		if err := def.change(in.Name, desk.ListOf(in.Options)); err != nil {
			return nil, err
		}
		defs, ids = append(defs, def), append(ids, def.id)
	}
	if err := distinct(defs); err != nil {
		return nil, err
	}
	w.deptAttrDefs = defs
	w.serial += len(ids)
	return wpsserver.BatchCreateDeptCustomAttrDefs200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.NewCustomAttrDefs{AttrIDs: &ids}}, nil
}

// BatchUpdateDeptCustomAttrDefs changes definitions, all of them or none.
func (w *Vendor) BatchUpdateDeptCustomAttrDefs(_ context.Context,
	r wpsserver.BatchUpdateDeptCustomAttrDefsRequestObject,
) (wpsserver.BatchUpdateDeptCustomAttrDefsResponseObject, error) {
	if len(r.Body.CustomAttrs) == 0 {
		return nil, invalid("custom_attrs is required")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	defs := slices.Clone(w.deptAttrDefs)
	for _, in := range r.Body.CustomAttrs {
		i := slices.IndexFunc(defs, func(def attrDef) bool { return def.id == in.ID })
		if i < 0 {
			return nil, noSuch("custom attribute", in.ID)
		}
		name, options := defs[i].name, desk.ListOf(in.Options)
		if in.Name != nil {
			name = *in.Name
		}
		if in.Options == nil { // they stay
			for _, o := range defs[i].options {
				options = append(options, wpsserver.CustomAttrOptionInput{Key: *o.Key, Name: *o.Name})
			}
		}
		if err := defs[i].change(name, options); err != nil {
			return nil, err
		}
	}
	if err := distinct(defs); err != nil {
		return nil, err
	}
	w.deptAttrDefs = defs
	return wpsserver.BatchUpdateDeptCustomAttrDefs200JSONResponse{Msg: w.done(), Data: w.noData()}, nil
}

// BatchDeleteDeptCustomAttrDefs removes definitions with their values, all of them or none.
func (w *Vendor) BatchDeleteDeptCustomAttrDefs(_ context.Context,
	r wpsserver.BatchDeleteDeptCustomAttrDefsRequestObject,
) (wpsserver.BatchDeleteDeptCustomAttrDefsResponseObject, error) {
	if err := countOf("attr_ids", r.Body.AttrIDs, 100); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	defs := slices.Clone(w.deptAttrDefs)
	for _, id := range r.Body.AttrIDs {
		i := slices.IndexFunc(defs, func(def attrDef) bool { return def.id == id })
		if i < 0 {
			return nil, noSuch("custom attribute", id)
		}
		defs = slices.Delete(defs, i, i+1)
	}
	w.deptAttrDefs = defs
	return wpsserver.BatchDeleteDeptCustomAttrDefs200JSONResponse{Msg: w.done(), Data: w.noData()}, nil
}

// deptAttrs writes the custom attributes that a department has.
func (v view) deptAttrs(dept *company.Department) []wpsserver.DeptCustomAttrValue {
	v.part.mu.Lock()
	defer v.part.mu.Unlock()
	out := []wpsserver.DeptCustomAttrValue{}
	for _, def := range v.part.deptAttrDefs {
		own, set := v.part.deptAttrs[deptAttrPlace{dept.Key, def.id}]
		if !set && def.id == costCentre {
			own, set = deptAttrVal{text: fmt.Sprintf("CC-%03d", dept.Key)}, true
		}
		if !set || own.cleared {
			continue
		}
		value := wpsserver.DeptCustomAttrValue{AttrID: new(def.id), AttrName: new(def.name),
			AttrValueType: new(def.kind)}
		switch def.kind {
		case attrText:
			value.Text = new(own.text)
		case attrOption:
			value.Option = new(own.option)
		default:
			person := v.dir.Person(own.user)
			if person == nil { // removed since
				continue
			}
			value.RelationUser = new(person.WPSUserID)
		}
		out = append(out, value)
	}
	return out
}

// BatchReadDeptCustomAttrs reads the custom attributes of departments. Which do not exist or are not visible are
// missing.
func (w *Vendor) BatchReadDeptCustomAttrs(ctx context.Context,
	r wpsserver.BatchReadDeptCustomAttrsRequestObject) (wpsserver.BatchReadDeptCustomAttrsResponseObject, error) {
	if err := countOf("dept_ids", r.Body.DeptIDs, 100); err != nil {
		return nil, err
	}
	list := []wpsserver.DeptCustomAttrs{}
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		for _, id := range r.Body.DeptIDs {
			if dept := v.deptNamed(id); dept != nil {
				list = append(list, wpsserver.DeptCustomAttrs{DeptID: new(dept.WPSID),
					CustomAttrs: new(v.deptAttrs(dept))})
			}
		}
	})
	return wpsserver.BatchReadDeptCustomAttrs200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.DeptCustomAttrsList{Depts: &list}}, nil
}

// BatchUpdateDeptCustomAttrs sets custom attributes of departments, all of them or none. An empty value clears.
func (w *Vendor) BatchUpdateDeptCustomAttrs(ctx context.Context,
	r wpsserver.BatchUpdateDeptCustomAttrsRequestObject) (wpsserver.BatchUpdateDeptCustomAttrsResponseObject, error) {
	if len(r.Body.Depts) == 0 {
		return nil, invalid("depts is required")
	}
	w.mu.Lock()
	defs := slices.Clone(w.deptAttrDefs)
	w.mu.Unlock()
	values := make(map[deptAttrPlace]deptAttrVal)
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		for _, entry := range r.Body.Depts {
			dept := v.deptNamed(entry.DeptID)
			switch {
			case dept == nil:
				err = noSuch("department", entry.DeptID)
			case len(entry.CustomAttrs) == 0:
				err = invalid("custom_attrs is required")
			}
			for _, in := range entry.CustomAttrs {
				if err == nil {
					values[deptAttrPlace{dept.Key, in.AttrID}], err = v.deptAttrVal(defs, in)
				}
			}
			if err != nil {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for place, value := range values {
		w.deptAttrs[place] = value
	}
	return wpsserver.BatchUpdateDeptCustomAttrs200JSONResponse{Msg: w.done(), Data: w.noData()}, nil
}

// deptAttrVal checks one value against its definition.
func (v view) deptAttrVal(defs []attrDef, in wpsserver.DeptCustomAttrValueInput) (deptAttrVal, error) {
	i := slices.IndexFunc(defs, func(def attrDef) bool { return def.id == in.AttrID })
	if i < 0 {
		return deptAttrVal{}, noSuch("custom attribute", in.AttrID)
	}
	def := defs[i]
	switch {
	case def.kind == attrText && in.Text != nil:
		return deptAttrVal{text: *in.Text, cleared: *in.Text == ""}, nil
	case def.kind == attrOption && in.Option != nil:
		known := slices.ContainsFunc(def.options,
			func(o wpsserver.CustomAttrOption) bool { return *o.Key == *in.Option })
		if *in.Option != "" && !known {
			return deptAttrVal{}, invalid("option is not one of the attribute's")
		}
		return deptAttrVal{option: *in.Option, cleared: *in.Option == ""}, nil
	case def.kind == attrUser && in.RelationUser != nil:
		p := v.userNamed(*in.RelationUser)
		if p == nil {
			return deptAttrVal{}, noSuch("user", *in.RelationUser)
		}
		return deptAttrVal{user: p.Key}, nil
	}
	return deptAttrVal{}, invalid("the value is not of the attribute's kind, which is " + string(def.kind))
}
