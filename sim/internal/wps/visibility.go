package wps

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// The sizes of lists of rules.
const (
	rulesListed    = 10
	maxRulesListed = 20
)

// visibleThing is a person or a department that a rule names. The company's key is kept, so that names are those of the
// moment.
type visibleThing struct {
	person company.PersonKey
	dept   company.DepartmentKey
}

// visibilityRule is a rule about who sees whom in the address book. What people see of it, no interface of an app
// shows.
type visibilityRule struct {
	id                        string
	subjects, except, visible []visibleThing
	kind                      wpsserver.VisibilityType
	ownDept                   bool
	createdUnix, changedUnix  int64
}

// visibilityRules are those that the made-up company has: everybody sees everybody.
func visibilityRules(made time.Time) []visibilityRule {
	all := []visibleThing{{dept: company.RootDepartment}}
	return []visibilityRule{{id: "vr-1", subjects: all, visible: all, kind: wpsserver.VisibilityTypeVisible,
		createdUnix: made.Unix(), changedUnix: made.Unix()}}
}

// things finds what a rule names.
func (v view) things(name string, in []wpsserver.VisibilityObjInput, required bool) ([]visibleThing, error) {
	if len(in) > 100 || required && len(in) == 0 {
		return nil, invalid(name + " may be 1 to 100")
	}
	var out []visibleThing
	for _, obj := range in {
		switch obj.Type {
		case wpsserver.VisibilityObjTypeInputUser:
			p := v.userNamed(obj.ID)
			if p == nil {
				return nil, noSuch("user", obj.ID)
			}
			out = append(out, visibleThing{person: p.Key})
		case wpsserver.VisibilityObjTypeInputDept:
			dept := v.deptNamed(obj.ID)
			if dept == nil {
				return nil, noSuch("department", obj.ID)
			}
			out = append(out, visibleThing{dept: dept.Key})
		case wpsserver.VisibilityObjTypeInputGroup: // the company has no user groups at WPS
			return nil, noSuch("user group", obj.ID)
		default:
			return nil, invalid(name + ".type may be user, dept or group")
		}
	}
	return out, nil
}

// rule checks a rule.
func (w *Vendor) rule(c *desk.Call, in wpsserver.CreateVisibilityRuleRequest) (visibilityRule, error) {
	out := visibilityRule{kind: wpsserver.VisibilityType(in.VisibleType), ownDept: on(in.IncludeLocalDept),
		createdUnix: c.Now.Unix(), changedUnix: c.Now.Unix()}
	if !in.VisibleType.Valid() {
		return out, invalid("visible_type may be visible or invisible")
	}
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		for _, list := range []struct {
			to       *[]visibleThing
			name     string
			in       []wpsserver.VisibilityObjInput
			required bool
		}{
			{&out.subjects, "subject_objs", in.SubjectObjs, true},
			{&out.except, "subject_objs_exclude_list", desk.ListOf(in.SubjectObjsExcludeList), false},
			{&out.visible, "visible_objs", desk.ListOf(in.VisibleObjs), false},
		} {
			if *list.to, err = v.things(list.name, list.in, list.required); err != nil {
				return
			}
		}
	})
	return out, err
}

// objs writes what a rule names. What has gone since is left out.
func (v view) objs(things []visibleThing) *[]wpsserver.VisibilityObj {
	out := []wpsserver.VisibilityObj{}
	for _, thing := range things {
		if p := v.dir.Person(thing.person); p != nil {
			out = append(out, wpsserver.VisibilityObj{ID: new(p.WPSUserID), Name: new(p.Name),
				Type: new(wpsserver.PermissionEntityTypeUser)})
		}
		if dept := v.dir.Department(thing.dept); dept != nil {
			out = append(out, wpsserver.VisibilityObj{ID: new(dept.WPSID), Name: new(dept.Name),
				AbsPath: new(v.path(dept)), Type: new(wpsserver.PermissionEntityTypeDept)})
		}
	}
	return &out
}

// ListVisibilityRules lists the rules by offset, the oldest first.
func (w *Vendor) ListVisibilityRules(ctx context.Context,
	r wpsserver.ListVisibilityRulesRequestObject) (wpsserver.ListVisibilityRulesResponseObject, error) {
	offset, limit := int64(0), int64(rulesListed)
	if r.Params.Offset != nil {
		offset = *r.Params.Offset
	}
	if r.Params.Limit != nil {
		limit = *r.Params.Limit
	}
	if offset < 0 || limit < 1 || limit > maxRulesListed {
		return nil, invalid("offset may not be negative, and limit may be 1 to 20")
	}
	w.mu.Lock()
	rules := slices.Clone(w.rules)
	w.mu.Unlock()
	total := int64(len(rules))
	offset = min(offset, total)
	items := []wpsserver.VisibilityRule{}
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		for _, rule := range rules[offset:min(offset+limit, total)] {
			items = append(items, wpsserver.VisibilityRule{
				ID: new(rule.id), SubjectObjs: v.objs(rule.subjects), SubjectObjsExcludeList: v.objs(rule.except),
				VisibleObjs: v.objs(rule.visible), VisibleType: new(rule.kind), IncludeLocalDept: new(rule.ownDept),
				Ctime: new(rule.createdUnix), Mtime: new(rule.changedUnix),
			})
		}
	})
	return wpsserver.ListVisibilityRules200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.VisibilityRuleList{Rules: &items, Total: &total}}, nil
}

// CreateVisibilityRule adds a rule.
func (w *Vendor) CreateVisibilityRule(ctx context.Context,
	r wpsserver.CreateVisibilityRuleRequestObject) (wpsserver.CreateVisibilityRuleResponseObject, error) {
	rule, err := w.rule(desk.CallOf(ctx), *r.Body)
	if err != nil {
		return nil, err
	}
	rule.id = "vr-" + strconv.Itoa(100+w.next())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rules = append(w.rules, rule)
	return wpsserver.CreateVisibilityRule200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.NewVisibilityRule{RuleID: &rule.id}}, nil
}

// UpdateVisibilityRule puts another rule in the place of one.
func (w *Vendor) UpdateVisibilityRule(ctx context.Context,
	r wpsserver.UpdateVisibilityRuleRequestObject) (wpsserver.UpdateVisibilityRuleResponseObject, error) {
	rule, err := w.rule(desk.CallOf(ctx), wpsserver.CreateVisibilityRuleRequest(*r.Body))
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.rules, func(old visibilityRule) bool { return old.id == r.RuleID })
	if i < 0 {
		return nil, noSuch("rule", r.RuleID)
	}
	rule.id, rule.createdUnix = r.RuleID, w.rules[i].createdUnix
	w.rules[i] = rule
	return wpsserver.UpdateVisibilityRule200JSONResponse{Msg: w.done(), Data: w.noData()}, nil
}

// BatchDeleteVisibilityRules removes rules, all of them or none.
func (w *Vendor) BatchDeleteVisibilityRules(_ context.Context,
	r wpsserver.BatchDeleteVisibilityRulesRequestObject,
) (wpsserver.BatchDeleteVisibilityRulesResponseObject, error) {
	if err := countOf("rule_ids", r.Body.RuleIDs, 100); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	rules := slices.Clone(w.rules)
	for _, id := range r.Body.RuleIDs {
		i := slices.IndexFunc(rules, func(rule visibilityRule) bool { return rule.id == id })
		if i < 0 {
			return nil, noSuch("rule", id)
		}
		rules = slices.Delete(rules, i, i+1)
	}
	w.rules = rules
	return wpsserver.BatchDeleteVisibilityRules200JSONResponse{Msg: w.done(), Data: w.noData()}, nil
}
