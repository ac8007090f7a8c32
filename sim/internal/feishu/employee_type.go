package feishu

import (
	"context"
	"slices"
	"strconv"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// maxEmployeeTypes is how many types of its own a tenant can ever have.
const maxEmployeeTypes = 255

// employeeType is a kind of contract. It is replaced as a whole, never changed.
type employeeType struct {
	value    int64
	zh       string
	names    []feishuserver.LocaleText
	own      bool // the tenant's
	inactive bool
}

// employeeTypes are all kinds of contract, guarded by the lock of the company.
type employeeTypes struct {
	list []employeeType
	last int64 // value of the newest, which no other gets
}

// demoEmployeeTypes are those that the tenant begins with.
func demoEmployeeTypes() *employeeTypes {
	english := func(text string) []feishuserver.LocaleText {
		return []feishuserver.LocaleText{{Locale: new("en_us"), Value: &text}}
	}
	return &employeeTypes{last: 7, list: []employeeType{
		{value: 1, zh: "正式", names: english("Regular")},
		{value: 2, zh: "实习", names: english("Intern")},
		{value: 3, zh: "外包", names: english("Outsourcing")},
		{value: 4, zh: "劳务", names: english("Contractor")},
		{value: 5, zh: "顾问", names: english("Consultant")},
		{value: 6, zh: "返聘", own: true},
		{value: 7, zh: "驻场", own: true, inactive: true},
	}}
}

// with finds the type with a value.
func (s *employeeTypes) with(value int64) (employeeType, bool) {
	i := slices.IndexFunc(s.list, func(t employeeType) bool { return t.value == value })
	if i < 0 {
		return employeeType{}, false
	}
	return s.list[i], true
}

// enumID is the id of a type, which is not its value.
func (f *Vendor) enumID(value int64) string {
	return company.DeriveText(f.desk.Seed, "feishu enum", int(value), company.Base62Digits, 18) + "=="
}

func (f *Vendor) showEmployeeType(t employeeType) feishuserver.EmployeeType {
	item := feishuserver.EmployeeType{
		EnumID:      new(f.enumID(t.value)),
		EnumValue:   new(strconv.FormatInt(t.value, 10)),
		Content:     new(t.zh),
		EnumType:    new(feishuserver.EmployeeTypeOriginBuiltIn),
		EnumStatus:  new(feishuserver.EmployeeTypeStatusActive),
		I18NContent: locales(t.names),
	}
	if t.own {
		item.EnumType = new(feishuserver.EmployeeTypeOriginCustom)
	}
	if t.inactive {
		item.EnumStatus = new(feishuserver.EmployeeTypeStatusInactive)
	}
	return item
}

// ListEmployeeTypeEnums lists the kinds of contract.
func (f *Vendor) ListEmployeeTypeEnums(_ context.Context,
	r feishuserver.ListEmployeeTypeEnumsRequestObject) (feishuserver.ListEmployeeTypeEnumsResponseObject, error) {
	p, err := f.page(pageRule{of: "employee types", usual: 20, largest: 100, size: r.Params.PageSize,
		token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.EmployeeType{}
	var token string
	var more bool
	company.View(f.desk.Company, func(*company.Directory) {
		var page []employeeType
		page, token, more = cut(f, f.types.list, p, func(t employeeType) int { return int(t.value) })
		for _, t := range page {
			items = append(items, f.showEmployeeType(t))
		}
	})
	return feishuserver.ListEmployeeTypeEnums200JSONResponse{Data: &feishuserver.EmployeeTypePage{
		Items: &items, HasMore: &more, PageToken: pageToken(p, token, more, false),
	}}, nil
}

// typeWanted makes a type of a request.
func (f *Vendor) typeWanted(t employeeType, content string, origin feishuserver.EmployeeTypeOrigin,
	status feishuserver.EmployeeTypeStatus, names *[]feishuserver.LocaleTextInput) (employeeType, error) {
	t.zh, t.own, t.names = content, true, translated(t.names, names)
	t.inactive = status == feishuserver.EmployeeTypeStatusInactive
	switch {
	case content == "" || runes(content) > 100 || origin != feishuserver.EmployeeTypeOriginCustom || !status.Valid():
		return t, refusal{code: feishuapi.ErrorCodeInvalidParameter}
	case slices.ContainsFunc(f.types.list, func(o employeeType) bool { return o.value != t.value && o.zh == content }):
		return t, refusal{code: feishuapi.ErrorCodeJobLevelNotFound, text: "param content duplicate"} // the same number
	}
	for _, o := range f.types.list {
		for _, mine := range t.names {
			if o.value != t.value && slices.ContainsFunc(o.names, func(theirs feishuserver.LocaleText) bool {
				return sameText(mine.Locale, theirs.Locale) && sameText(mine.Value, theirs.Value)
			}) {
				// the same number
				return t, refusal{code: feishuapi.ErrorCodeJobLevelLocked, text: "param i18n_content duplicate"}
			}
		}
	}
	return t, nil
}

func sameText(a, b *string) bool { return a != nil && b != nil && *a == *b }

// CreateEmployeeTypeEnum adds a type of the tenant's own.
func (f *Vendor) CreateEmployeeTypeEnum(_ context.Context,
	r feishuserver.CreateEmployeeTypeEnumRequestObject) (feishuserver.CreateEmployeeTypeEnumResponseObject, error) {
	b := r.Body
	var out feishuserver.EmployeeType
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		if f.types.last >= 5+maxEmployeeTypes { // the built-in ones do not count, those deleted do
			// the same number
			return refusal{code: feishuapi.ErrorCodeInvalidJobLevelName, text: "exceed content max num"}
		}
		t, err := f.typeWanted(employeeType{value: f.types.last + 1}, b.Content, b.EnumType, b.EnumStatus,
			b.I18NContent)
		if err != nil {
			return err
		}
		f.types.last = t.value
		f.types.list = append(f.types.list, t)
		out = f.showEmployeeType(t)
		return nil
	})
	return feishuserver.CreateEmployeeTypeEnum200JSONResponse{
		Data: &feishuserver.OneEmployeeType{EmployeeTypeEnum: &out}}, err
}

// ownType finds a type of the tenant's own by its id.
func (f *Vendor) ownType(id string) (int, error) {
	i := slices.IndexFunc(f.types.list, func(t employeeType) bool { return t.own && f.enumID(t.value) == id })
	if i < 0 {
		return 0, refusal{code: feishuapi.ErrorCodeInvalidParameter}
	}
	return i, nil
}

// UpdateEmployeeTypeEnum changes a type of the tenant's own.
func (f *Vendor) UpdateEmployeeTypeEnum(_ context.Context,
	r feishuserver.UpdateEmployeeTypeEnumRequestObject) (feishuserver.UpdateEmployeeTypeEnumResponseObject, error) {
	b := r.Body
	var out feishuserver.EmployeeType
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		i, err := f.ownType(r.EnumID)
		if err != nil {
			return err
		}
		t, err := f.typeWanted(f.types.list[i], b.Content, b.EnumType, b.EnumStatus, b.I18NContent)
		if err != nil {
			return err
		}
		f.types.list[i] = t
		out = f.showEmployeeType(t)
		return nil
	})
	return feishuserver.UpdateEmployeeTypeEnum200JSONResponse{
		Data: &feishuserver.OneEmployeeType{EmployeeTypeEnum: &out}}, err
}

// DeleteEmployeeTypeEnum deletes a type of the tenant's own.
func (f *Vendor) DeleteEmployeeTypeEnum(_ context.Context,
	r feishuserver.DeleteEmployeeTypeEnumRequestObject) (feishuserver.DeleteEmployeeTypeEnumResponseObject, error) {
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		i, err := f.ownType(r.EnumID)
		if err == nil {
			f.types.list = slices.Delete(f.types.list, i, i+1)
		}
		return err
	})
	return feishuserver.DeleteEmployeeTypeEnum200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// contract is the number that Feishu shows for a person's kind of contract.
func contract(p *company.Person, own person) int64 {
	if own.employeeType != 0 {
		return own.employeeType
	}
	return int64(p.Employment)
}
