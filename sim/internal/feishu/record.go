package feishu

import (
	"context"
	"slices"
	"strconv"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// record is a job level or a job family. It is replaced as a whole, never changed.
type record struct {
	number              int // place in the order in which they came to be
	id                  string
	name, description   string
	parent              string // of a family: the id of the one above, "" at the top
	order               int64  // of a level
	active              bool
	names, descriptions []feishuserver.LocaleText
}

// records are all records of a kind. They are guarded by the lock of the company.
type records struct {
	list []record
	last int
}

// add puts a record in, under an id of its own.
func (s *records) add(r record, id string) record {
	s.last++
	r.number, r.id = s.last, id+strconv.Itoa(s.last)
	s.list = append(s.list, r)
	return r
}

// find returns the place of a record, -1 if there is none with the id.
func (s *records) find(id string) int {
	return slices.IndexFunc(s.list, func(r record) bool { return r.id == id })
}

// usable tells whether people can be given a record.
func (s *records) usable(id string) bool {
	i := s.find(id)
	return i >= 0 && s.list[i].active
}

// other tells whether a record beside the one with the id has something.
func (s *records) other(id string, has func(record) bool) bool {
	return slices.ContainsFunc(s.list, func(r record) bool { return r.id != id && has(r) })
}

// levels and families are those that the tenant begins with.
func levels() *records {
	s := &records{}
	for i, name := range []string{"专员", "专家", "高级专家"} {
		s.add(record{name: name, order: int64(i+1) * 100, active: true}, levelPrefix)
	}
	return s
}

func families() *records {
	s := &records{}
	for _, name := range []string{"研发", "产品", "职能"} {
		s.add(record{name: name, active: true}, familyPrefix)
	}
	return s
}

// What the ids of job levels and families begin with.
const levelPrefix, familyPrefix = "demo-level-", "demo-family-"

// translated makes translations of those of a request. Nil leaves what is there.
func translated(old []feishuserver.LocaleText, input *[]feishuserver.LocaleTextInput) []feishuserver.LocaleText {
	if input == nil {
		return old
	}
	out := []feishuserver.LocaleText{}
	for _, t := range *input {
		out = append(out, feishuserver.LocaleText(t))
	}
	return out
}

// levelChange is what a call says of a job level.
type levelChange struct {
	name, description   *string
	order               *int64
	active              *bool
	names, descriptions *[]feishuserver.LocaleTextInput
}

// applyLevel checks a change of a job level and puts it in.
func (f *Vendor) applyLevel(r *record, change levelChange) error {
	switch {
	case change.name != nil && (*change.name == "" || runes(*change.name) > 255):
		return refusal{code: feishuapi.ErrorCodeInvalidJobLevelName}
	case desk.Outside(change.description, 0, 5000):
		return refusal{code: feishuapi.ErrorCodeInvalidJobLevelDescription}
	case change.order != nil && (*change.order < 100 || *change.order > 100_000):
		return refusal{code: feishuapi.ErrorCodeInvalidJobLevelOrder}
	case change.name != nil && f.levels.other(r.id, func(o record) bool { return o.name == *change.name }):
		return refusal{code: feishuapi.ErrorCodeJobLevelNameTaken}
	case change.order != nil && f.levels.other(r.id, func(o record) bool { return o.order == *change.order }):
		return refusal{code: feishuapi.ErrorCodeJobLevelOrderTaken}
	}
	set(&r.name, change.name)
	set(&r.description, change.description)
	set(&r.order, change.order)
	set(&r.active, change.active)
	r.names, r.descriptions = translated(r.names, change.names), translated(r.descriptions, change.descriptions)
	return nil
}

// locales are translations, and none is an empty list.
func locales(in []feishuserver.LocaleText) *[]feishuserver.LocaleText {
	return new(append([]feishuserver.LocaleText{}, in...))
}

func showLevel(r record) *feishuserver.JobLevel {
	return &feishuserver.JobLevel{
		JobLevelID: &r.id, Name: &r.name, Description: &r.description, Order: &r.order, Status: &r.active,
		I18NName: locales(r.names), I18NDescription: locales(r.descriptions),
	}
}

// CreateJobLevel makes a job level.
func (f *Vendor) CreateJobLevel(_ context.Context,
	r feishuserver.CreateJobLevelRequestObject) (feishuserver.CreateJobLevelResponseObject, error) {
	b := r.Body
	var out record
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		for _, level := range f.levels.list {
			out.order = max(out.order, level.order+100)
		}
		err := f.applyLevel(&out, levelChange{&b.Name, b.Description, b.Order, &b.Status, b.I18NName,
			b.I18NDescription})
		if err == nil {
			out = f.levels.add(out, levelPrefix)
		}
		return err
	})
	return feishuserver.CreateJobLevel200JSONResponse{Data: &feishuserver.OneJobLevel{JobLevel: showLevel(out)}}, err
}

// UpdateJobLevel changes a job level.
func (f *Vendor) UpdateJobLevel(_ context.Context,
	r feishuserver.UpdateJobLevelRequestObject) (feishuserver.UpdateJobLevelResponseObject, error) {
	b := r.Body
	var out record
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		i := f.levels.find(r.JobLevelID)
		if i < 0 {
			return refusal{code: feishuapi.ErrorCodeJobLevelNotFound}
		}
		out = f.levels.list[i]
		err := f.applyLevel(&out, levelChange{b.Name, b.Description, b.Order, b.Status, b.I18NName, b.I18NDescription})
		if err == nil {
			f.levels.list[i] = out
		}
		return err
	})
	return feishuserver.UpdateJobLevel200JSONResponse{Data: &feishuserver.OneJobLevel{JobLevel: showLevel(out)}}, err
}

// DeleteJobLevel deletes a job level.
func (f *Vendor) DeleteJobLevel(_ context.Context,
	r feishuserver.DeleteJobLevelRequestObject) (feishuserver.DeleteJobLevelResponseObject, error) {
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		i := f.levels.find(r.JobLevelID)
		if i < 0 {
			return refusal{code: feishuapi.ErrorCodeJobLevelNotFound}
		}
		f.levels.list = slices.Delete(f.levels.list, i, i+1)
		return nil
	})
	return feishuserver.DeleteJobLevel200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// GetJobLevel reads a job level.
func (f *Vendor) GetJobLevel(_ context.Context,
	r feishuserver.GetJobLevelRequestObject) (feishuserver.GetJobLevelResponseObject, error) {
	out, ok := f.recordOf(f.levels, r.JobLevelID)
	if !ok {
		return nil, refusal{code: feishuapi.ErrorCodeJobLevelNotFound}
	}
	return feishuserver.GetJobLevel200JSONResponse{Data: &feishuserver.OneJobLevel{JobLevel: showLevel(out)}}, nil
}

// recordOf reads one record.
func (f *Vendor) recordOf(s *records, id string) (out record, ok bool) {
	company.View(f.desk.Company, func(*company.Directory) {
		if i := s.find(id); i >= 0 {
			out, ok = s.list[i], true
		}
	})
	return out, ok
}

// recordPage cuts a page out of the records that have a name, or out of all without one.
func (f *Vendor) recordPage(s *records, name *string, p pageRule) (page []record, asked pageAsked, token string,
	more bool, err error) {
	if asked, err = f.page(p); err != nil {
		return nil, asked, "", false, err
	}
	company.View(f.desk.Company, func(*company.Directory) {
		list := slices.DeleteFunc(slices.Clone(s.list),
			func(r record) bool { return !desk.IsBlank(name) && r.name != *name })
		page, token, more = cut(f, list, asked, func(r record) int { return r.number })
	})
	return page, asked, token, more, nil
}

// ListJobLevels lists the job levels.
func (f *Vendor) ListJobLevels(_ context.Context,
	r feishuserver.ListJobLevelsRequestObject) (feishuserver.ListJobLevelsResponseObject, error) {
	page, p, token, more, err := f.recordPage(f.levels, r.Params.Name, pageRule{of: "job levels", usual: 10,
		largest: 50, size: r.Params.PageSize, token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.JobLevel{}
	for _, level := range page {
		items = append(items, *showLevel(level))
	}
	return feishuserver.ListJobLevels200JSONResponse{Data: &feishuserver.JobLevelPage{
		HasMore: &more, Items: &items, PageToken: pageToken(p, token, more, true),
	}}, nil
}

// familyChange is what a call says of a job family.
type familyChange struct {
	name, description, parent *string
	active                    *bool
	names, descriptions       *[]feishuserver.LocaleTextInput
}

// applyFamily checks a change of a job family and puts it in.
func (f *Vendor) applyFamily(r *record, change familyChange) error {
	switch {
	case change.name != nil && (*change.name == "" || runes(*change.name) > 100):
		return refusal{code: feishuapi.ErrorCodeInvalidJobFamilyName}
	case desk.Outside(change.description, 0, 5000):
		return refusal{code: feishuapi.ErrorCodeInvalidJobFamilyDescription}
	case change.name != nil && f.families.other(r.id, func(o record) bool { return o.name == *change.name }):
		return refusal{code: feishuapi.ErrorCodeJobFamilyNameTaken}
	}
	if !desk.IsBlank(change.parent) {
		for id := *change.parent; id != ""; {
			i := f.families.find(id)
			switch {
			case i < 0:
				return refusal{code: feishuapi.ErrorCodeParentJobFamilyNotFound}
			case id == r.id:
				return refusal{code: feishuapi.ErrorCodeJobFamilyCycle}
			case id == *change.parent && !f.families.list[i].active:
				return refusal{code: feishuapi.ErrorCodeParentJobFamilyDisabled}
			}
			id = f.families.list[i].parent
		}
		r.parent = *change.parent
	}
	set(&r.name, change.name)
	set(&r.description, change.description)
	set(&r.active, change.active)
	r.names, r.descriptions = translated(r.names, change.names), translated(r.descriptions, change.descriptions)
	return nil
}

func showFamily(r record) *feishuserver.JobFamily {
	return &feishuserver.JobFamily{
		JobFamilyID: &r.id, Name: &r.name, Description: &r.description, ParentJobFamilyID: &r.parent, Status: &r.active,
		I18NName: locales(r.names), I18NDescription: locales(r.descriptions),
	}
}

// CreateJobFamily makes a job family.
func (f *Vendor) CreateJobFamily(_ context.Context,
	r feishuserver.CreateJobFamilyRequestObject) (feishuserver.CreateJobFamilyResponseObject, error) {
	b := r.Body
	var out record
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		err := f.applyFamily(&out, familyChange{&b.Name, b.Description, b.ParentJobFamilyID, &b.Status, b.I18NName,
			b.I18NDescription})
		if err == nil {
			out = f.families.add(out, familyPrefix)
		}
		return err
	})
	return feishuserver.CreateJobFamily200JSONResponse{
		Data: &feishuserver.OneJobFamily{JobFamily: showFamily(out)}}, err
}

// UpdateJobFamily changes a job family.
func (f *Vendor) UpdateJobFamily(_ context.Context,
	r feishuserver.UpdateJobFamilyRequestObject) (feishuserver.UpdateJobFamilyResponseObject, error) {
	b := r.Body
	var out record
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		i := f.families.find(r.JobFamilyID)
		if i < 0 {
			return refusal{code: feishuapi.ErrorCodeJobFamilyNotFound}
		}
		out = f.families.list[i]
		err := f.applyFamily(&out, familyChange{b.Name, b.Description, b.ParentJobFamilyID, b.Status, b.I18NName,
			b.I18NDescription})
		if err == nil {
			f.families.list[i] = out
		}
		return err
	})
	return feishuserver.UpdateJobFamily200JSONResponse{
		Data: &feishuserver.OneJobFamily{JobFamily: showFamily(out)}}, err
}

// DeleteJobFamily deletes a job family that has none below it.
func (f *Vendor) DeleteJobFamily(_ context.Context,
	r feishuserver.DeleteJobFamilyRequestObject) (feishuserver.DeleteJobFamilyResponseObject, error) {
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		i := f.families.find(r.JobFamilyID)
		switch {
		case i < 0:
			return refusal{code: feishuapi.ErrorCodeJobFamilyNotFound}
		case f.families.other(r.JobFamilyID, func(o record) bool { return o.parent == r.JobFamilyID }):
			return refusal{code: feishuapi.ErrorCodeJobFamilyHasChildren}
		}
		f.families.list = slices.Delete(f.families.list, i, i+1)
		return nil
	})
	return feishuserver.DeleteJobFamily200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// GetJobFamily reads a job family. For one that is not there it has the number of a bad name.
func (f *Vendor) GetJobFamily(_ context.Context,
	r feishuserver.GetJobFamilyRequestObject) (feishuserver.GetJobFamilyResponseObject, error) {
	out, ok := f.recordOf(f.families, r.JobFamilyID)
	if !ok {
		return nil, refusal{code: feishuapi.ErrorCodeInvalidJobFamilyName, text: "job family not exist"}
	}
	return feishuserver.GetJobFamily200JSONResponse{Data: &feishuserver.OneJobFamily{JobFamily: showFamily(out)}}, nil
}

// ListJobFamilies lists the job families.
func (f *Vendor) ListJobFamilies(_ context.Context,
	r feishuserver.ListJobFamiliesRequestObject) (feishuserver.ListJobFamiliesResponseObject, error) {
	page, p, token, more, err := f.recordPage(f.families, r.Params.Name, pageRule{of: "job families", usual: 10,
		largest: 50, size: r.Params.PageSize, token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.JobFamily{}
	for _, family := range page {
		items = append(items, *showFamily(family))
	}
	return feishuserver.ListJobFamilies200JSONResponse{Data: &feishuserver.JobFamilyPage{
		HasMore: &more, Items: &items, PageToken: pageToken(p, token, more, true),
	}}, nil
}

// word is a text of the staff records that the tenant keeps a list of: a job title or a work city. Who has it first
// gives it its place.
type word struct {
	id, text string
	place    int
}

// words lists the texts that people have.
func (f *Vendor) words(d *company.Directory, what string, of func(*company.Person) string) []word {
	var out []word
	for _, p := range d.AllPeople() {
		text := of(p)
		if text == "" || slices.ContainsFunc(out, func(w word) bool { return w.text == text }) {
			continue
		}
		out = append(out, word{f.wordID(what, text), text, int(p.Key)})
	}
	return out
}

func (f *Vendor) wordID(what, text string) string {
	return company.DeriveText(f.desk.Seed, "feishu "+what+" "+text, 0, company.HexDigits, 12)
}

func jobTitleOf(p *company.Person) string { return p.Position }
func workCityOf(p *company.Person) string { return p.City }

// What lists of words are called.
const titles, cities = "job title", "work city"

// wordPage cuts a page out of a list of words.
func (f *Vendor) wordPage(what string, of func(*company.Person) string, size *int64, token *string,
) (page []word, p pageAsked, next string, more bool, err error) {
	p, err = f.page(pageRule{of: what, usual: 10, largest: 50, size: size, token: token,
		badSize: feishuapi.ErrorCodeInvalidParameter, badAt: feishuapi.ErrorCodeInvalidParameter})
	if err != nil {
		return nil, p, "", false, err
	}
	company.View(f.desk.Company, func(d *company.Directory) {
		page, next, more = cut(f, f.words(d, what, of), p, func(w word) int { return w.place })
	})
	return page, p, next, more, nil
}

// wordWith finds a word by its id.
func (f *Vendor) wordWith(what, id string, of func(*company.Person) string) (word, error) {
	var list []word
	company.View(f.desk.Company, func(d *company.Directory) { list = f.words(d, what, of) })
	if i := slices.IndexFunc(list, func(w word) bool { return w.id == id }); i >= 0 {
		return list[i], nil
	}
	return word{}, refusal{code: feishuapi.ErrorCodeInvalidParameter, text: "invalid params"}
}

func inChinese(text string) *[]feishuserver.LocaleText {
	return &[]feishuserver.LocaleText{{Locale: new("zh_cn"), Value: &text}}
}

func showTitle(w word) *feishuserver.JobTitle {
	return &feishuserver.JobTitle{JobTitleID: &w.id, Name: &w.text, I18NName: inChinese(w.text), Status: new(true)}
}

func showCity(w word) *feishuserver.WorkCity {
	return &feishuserver.WorkCity{WorkCityID: &w.id, Name: &w.text, I18NName: inChinese(w.text), Status: new(true)}
}

// ListJobTitles lists the job titles.
func (f *Vendor) ListJobTitles(_ context.Context,
	r feishuserver.ListJobTitlesRequestObject) (feishuserver.ListJobTitlesResponseObject, error) {
	page, p, token, more, err := f.wordPage(titles, jobTitleOf, r.Params.PageSize, r.Params.PageToken)
	if err != nil {
		return nil, err
	}
	items := []feishuserver.JobTitle{}
	for _, w := range page {
		items = append(items, *showTitle(w))
	}
	return feishuserver.ListJobTitles200JSONResponse{Data: &feishuserver.JobTitlePage{
		HasMore: &more, Items: &items, PageToken: pageToken(p, token, more, false),
	}}, nil
}

// GetJobTitle reads a job title.
func (f *Vendor) GetJobTitle(_ context.Context,
	r feishuserver.GetJobTitleRequestObject) (feishuserver.GetJobTitleResponseObject, error) {
	w, err := f.wordWith(titles, r.JobTitleID, jobTitleOf)
	return feishuserver.GetJobTitle200JSONResponse{Data: &feishuserver.OneJobTitle{JobTitle: showTitle(w)}}, err
}

// ListWorkCities lists the work cities.
func (f *Vendor) ListWorkCities(_ context.Context,
	r feishuserver.ListWorkCitiesRequestObject) (feishuserver.ListWorkCitiesResponseObject, error) {
	page, p, token, more, err := f.wordPage(cities, workCityOf, r.Params.PageSize, r.Params.PageToken)
	if err != nil {
		return nil, err
	}
	items := []feishuserver.WorkCity{}
	for _, w := range page {
		items = append(items, *showCity(w))
	}
	return feishuserver.ListWorkCities200JSONResponse{Data: &feishuserver.WorkCityPage{
		HasMore: &more, Items: &items, PageToken: pageToken(p, token, more, false),
	}}, nil
}

// GetWorkCity reads a work city.
func (f *Vendor) GetWorkCity(_ context.Context,
	r feishuserver.GetWorkCityRequestObject) (feishuserver.GetWorkCityResponseObject, error) {
	w, err := f.wordWith(cities, r.WorkCityID, workCityOf)
	return feishuserver.GetWorkCity200JSONResponse{Data: &feishuserver.OneWorkCity{WorkCity: showCity(w)}}, err
}
