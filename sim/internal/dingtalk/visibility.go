package dingtalk

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
	"github.com/roster-go/roster/wire"
)

const (
	maxSettings     = 100 // on a page
	maxSettingNodes = 50  // objects, subjects or exceptions of one setting
	maxRules        = 100 // settings of one kind; the vendor does not say how many
)

// settings are a corp's settings of one kind, by id. They say what colleagues see in the app, and nothing of what apps
// see.
type settings[T any] struct {
	byID map[int64]T
	last int64
}

func newSettings[T any](first int64) settings[T] {
	return settings[T]{byID: make(map[int64]T), last: first - 1}
}

// put stores a setting, under a new id if it has none.
func (s *settings[T]) put(id *int64, setting func(id int64) T) (int64, bool) {
	if id == nil {
		s.last++
		s.byID[s.last] = setting(s.last)
		return s.last, true
	}
	if _, ok := s.byID[*id]; !ok {
		return 0, false
	}
	s.byID[*id] = setting(*id)
	return *id, true
}

// page returns the settings after an id, and the last of their ids if there are others behind them.
func (s *settings[T]) page(after, size *int64) (rows []T, next int64, more bool, err error) {
	from, count := int64(0), int64(maxSettings)
	if after != nil {
		from = *after
	}
	if size != nil {
		count = *size
	}
	if count < 1 || count > maxSettings {
		return nil, 0, false, refusal{word: string(dingtalkapi.NewHostErrorCodeParameterError)}
	}
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(s.byID)), func(id int64) bool { return id <= from })
	ids, more = rowsOf(ids, 0, count)
	rows = []T{}
	for _, id := range ids {
		rows, next = append(rows, s.byID[id]), id
	}
	return rows, next, more, nil
}

// nodes counts what a setting names.
func nodes(users *[]string, others ...*[]int64) int {
	n := len(desk.ListOf(users))
	for _, list := range others {
		n += len(desk.ListOf(list))
	}
	return n
}

// ListHideSettings lists the settings that hide people.
func (k *Vendor) ListHideSettings(_ context.Context,
	r dingtalkserver.ListHideSettingsRequestObject) (dingtalkserver.ListHideSettingsResponseObject, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	rows, next, more, err := k.hidden.page(r.Params.NextToken, r.Params.MaxResults)
	out := dingtalkserver.ListHideSettings200JSONResponse{HasMore: &more, List: &rows}
	if more {
		out.NextToken = new(wire.Int(next))
	}
	return out, err
}

// SetHideSetting makes or changes a setting that hides people.
func (k *Vendor) SetHideSetting(_ context.Context,
	r dingtalkserver.SetHideSettingRequestObject) (dingtalkserver.SetHideSettingResponseObject, error) {
	b := r.Body
	wrong := refusal{word: string(dingtalkapi.NewHostErrorCodeParameterError)}
	if nodes(b.ObjectStaffIDs, b.ObjectDeptIDs, b.ObjectTagIDs) > maxSettingNodes ||
		nodes(b.ExcludeStaffIDs, b.ExcludeDeptIDs, b.ExcludeTagIDs) > maxSettingNodes {
		return nil, wrong
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	id, ok := k.hidden.put(b.ID, func(id int64) dingtalkserver.HideSetting {
		return dingtalkserver.HideSetting{
			ID: &id, Name: b.Name, Description: b.Description, Active: b.Active,
			ObjectStaffIDs: b.ObjectStaffIDs, ObjectDeptIDs: b.ObjectDeptIDs, ObjectTagIDs: b.ObjectTagIDs,
			ExcludeStaffIDs: b.ExcludeStaffIDs, ExcludeDeptIDs: b.ExcludeDeptIDs, ExcludeTagIDs: b.ExcludeTagIDs,
		}
	})
	if !ok {
		return nil, wrong
	}
	return dingtalkserver.SetHideSetting200JSONResponse{Result: &id}, nil
}

// ListRestrictions lists the settings that keep people from seeing others.
func (k *Vendor) ListRestrictions(_ context.Context,
	r dingtalkserver.ListRestrictionsRequestObject) (dingtalkserver.ListRestrictionsResponseObject, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	rows, next, more, err := k.restricted.page(r.Params.NextToken, r.Params.MaxResults)
	out := dingtalkserver.ListRestrictions200JSONResponse{HasMore: &more, List: &rows}
	if more {
		out.NextToken = new(wire.Int(next))
	}
	return out, err
}

// checkRestriction finds what is wrong with a restriction.
func (k *Vendor) checkRestriction(b *dingtalkserver.SetRestrictionRequest) error {
	subjects := nodes(b.SubjectUserIDs, b.SubjectDeptIDs, b.SubjectTagIDs)
	switch {
	case !b.Type.Valid():
		return refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidRestrictionType)}
	case subjects == 0:
		return refusal{word: string(dingtalkapi.NewHostErrorCodeSubjectsMissing)}
	case subjects > maxSettingNodes:
		return refusal{word: string(dingtalkapi.NewHostErrorCodeTooManySubjects)}
	case nodes(b.ExcludeUserIDs, b.ExcludeDeptIDs, b.ExcludeTagIDs) > maxSettingNodes:
		return refusal{word: string(dingtalkapi.NewHostErrorCodeTooManyExceptions)}
	}
	for _, id := range slices.Concat(desk.ListOf(b.SubjectUserIDs), desk.ListOf(b.ExcludeUserIDs)) {
		if _, ok := k.desk.Company.FindPerson(company.ByUserID, id); !ok {
			return refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidUserID)}
		}
	}
	return nil
}

// SetRestriction makes or changes a setting that keeps people from seeing others.
func (k *Vendor) SetRestriction(_ context.Context,
	r dingtalkserver.SetRestrictionRequestObject) (dingtalkserver.SetRestrictionResponseObject, error) {
	b := r.Body
	if err := k.checkRestriction(b); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	id, ok := k.restricted.put(b.ID, func(id int64) dingtalkserver.Restriction {
		return dingtalkserver.Restriction{
			ID: &id, Name: b.Name, Description: b.Description, Active: b.Active,
			Type:           new(dingtalkserver.RestrictionType(b.Type)),
			SubjectUserIDs: b.SubjectUserIDs, SubjectDeptIDs: b.SubjectDeptIDs, SubjectTagIDs: b.SubjectTagIDs,
			ExcludeUserIDs: b.ExcludeUserIDs, ExcludeDeptIDs: b.ExcludeDeptIDs, ExcludeTagIDs: b.ExcludeTagIDs,
			RestrictInUserProfile: b.RestrictInUserProfile, RestrictInSearch: b.RestrictInSearch,
		}
	})
	if !ok {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeUnknownSetting)}
	}
	return dingtalkserver.SetRestriction200JSONResponse{Result: &id}, nil
}

// DeleteRestriction deletes such a setting.
func (k *Vendor) DeleteRestriction(_ context.Context,
	r dingtalkserver.DeleteRestrictionRequestObject) (dingtalkserver.DeleteRestrictionResponseObject, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.restricted.byID[r.SettingID]; !ok {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeUnknownSetting)}
	}
	delete(k.restricted.byID, r.SettingID)
	return dingtalkserver.DeleteRestriction200JSONResponse{Result: new(true)}, nil
}

// ListAttributeVisibility lists the settings that hide fields. A last page has a nextCursor as well, -1.
func (k *Vendor) ListAttributeVisibility(_ context.Context,
	r dingtalkserver.ListAttributeVisibilityRequestObject) (
	dingtalkserver.ListAttributeVisibilityResponseObject, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	rows, next, more, err := k.fieldRules.page(r.Params.NextToken, r.Params.MaxResults)
	if !more {
		next = -1
	}
	return dingtalkserver.ListAttributeVisibility200JSONResponse{HasMore: &more, NextCursor: &next, List: &rows}, err
}

// SetAttributeVisibility makes or changes a setting that hides fields.
func (k *Vendor) SetAttributeVisibility(ctx context.Context,
	r dingtalkserver.SetAttributeVisibilityRequestObject) (
	dingtalkserver.SetAttributeVisibilityResponseObject, error) {
	b, now := r.Body, desk.CallOf(ctx).Now.In(zone()).Format(time.DateTime)
	k.mu.Lock()
	defer k.mu.Unlock()
	if b.ID == nil && len(k.fieldRules.byID) >= maxRules {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeSettingLimit)}
	}
	id, ok := k.fieldRules.put(b.ID, func(id int64) dingtalkserver.AttributeVisibility {
		made := new(now)
		if old, ok := k.fieldRules.byID[id]; ok {
			made = old.GmtCreate
		}
		return dingtalkserver.AttributeVisibility{
			ID: &id, Name: b.Name, Description: b.Description, Active: b.Active, HideFields: b.HideFields,
			ObjectStaffIDs: b.ObjectStaffIDs, ObjectDeptIDs: b.ObjectDeptIDs, ObjectTagIDs: b.ObjectTagIDs,
			ExcludeStaffIDs: b.ExcludeStaffIDs, ExcludeDeptIDs: b.ExcludeDeptIDs, ExcludeTagIDs: b.ExcludeTagIDs,
			GmtCreate: made, GmtModified: new(now),
		}
	})
	if !ok {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeParameterError)}
	}
	return dingtalkserver.SetAttributeVisibility200JSONResponse{Result: &id}, nil
}

// DeleteAttributeVisibility deletes such a setting.
func (k *Vendor) DeleteAttributeVisibility(_ context.Context,
	r dingtalkserver.DeleteAttributeVisibilityRequestObject) (
	dingtalkserver.DeleteAttributeVisibilityResponseObject, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.fieldRules.byID[r.SettingID]; !ok {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeParameterError)}
	}
	delete(k.fieldRules.byID, r.SettingID)
	return dingtalkserver.DeleteAttributeVisibility200JSONResponse{Result: new(true)}, nil
}

// GetSeniorSettings tells how somebody in executive mode can be reached: by nobody in a chat, but for those of the main
// department.
func (k *Vendor) GetSeniorSettings(_ context.Context,
	r dingtalkserver.GetSeniorSettingsRequestObject) (dingtalkserver.GetSeniorSettingsResponseObject, error) {
	scenes, exceptions := []string{}, []dingtalkserver.SeniorException{}
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		p := d.FindPerson(company.ByUserID, r.Params.SeniorStaffID)
		if p == nil {
			err = refusal{word: string(dingtalkapi.NewHostErrorCodeUnknownUser)}
			return
		}
		if !k.profile(p.Key).senior {
			return
		}
		scenes = append(scenes, "CHAT")
		if dept := d.Department(p.MainDepartment); dept != nil {
			exceptions = append(exceptions, dingtalkserver.SeniorException{
				ID: new(strconv.FormatInt(dept.DingTalkID, 10)), Type: new(int64(2)), Name: new(dept.Name)})
		}
	})
	return dingtalkserver.GetSeniorSettings200JSONResponse{
		SeniorStaffID: &r.Params.SeniorStaffID, ProtectScenes: &scenes, SeniorWhiteList: &exceptions}, err
}
