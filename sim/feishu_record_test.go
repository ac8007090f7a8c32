package sim_test

import (
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
)

// everyRecord calls all operations on what staff records refer to with success.
func (c *feishuCaller) everyRecord(people feishuTestPeople) {
	c.t.Helper()
	level := c.call("createJobLevel", feishuObject{"name": "首席", "status": true}).ok().
		at("data", "job_level", "job_level_id").(string)
	c.call("updateJobLevel", level, feishuObject{"description": "少数人"}).ok()
	assert.Equal(c.t, "少数人", c.call("getJobLevel", level).ok().at("data", "job_level", "description"))
	c.call("listJobLevels").ok()
	c.call("deleteJobLevel", level).ok()
	family := c.call("createJobFamily", feishuObject{"name": "运营", "status": true}).ok().
		at("data", "job_family", "job_family_id").(string)
	c.call("updateJobFamily", family, feishuObject{"parent_job_family_id": "demo-family-2"}).ok()
	assert.Equal(c.t, "demo-family-2", c.call("getJobFamily", family).ok().
		at("data", "job_family", "parent_job_family_id"))
	c.call("listJobFamilies").ok()
	c.call("deleteJobFamily", family).ok()

	titles, _ := c.call("listJobTitles").ok().at("data", "items").([]any)
	title := titles[0].(feishuObject)
	assert.Equal(c.t, title, c.call("getJobTitle", title["job_title_id"]).ok().at("data", "job_title"))
	cities, _ := c.call("listWorkCities").ok().at("data", "items").([]any)
	city := cities[0].(feishuObject)
	assert.Equal(c.t, city, c.call("getWorkCity", city["work_city_id"]).ok().at("data", "work_city"))

	unit := c.call("createUnit", feishuObject{"name": "华南", "unit_type": "区域"}).ok().at("data", "unit_id").(string)
	c.call("patchUnit", unit, feishuObject{"name": "华东"}).ok()
	assert.Equal(c.t, "华东", c.call("getUnit", unit).ok().at("data", "unit", "name"))
	c.call("listUnits").ok()
	c.call("bindUnitDepartment", feishuObject{"unit_id": unit, "department_id": people.full.FeishuOpenID}).ok()
	got := c.call("listUnitDepartments", query("unit_id", unit)).ok()
	assert.Contains(c.t, got.text, people.full.FeishuOpenID)
	assert.Equal(c.t, []any{unit}, c.call("getDepartment", people.full.FeishuOpenID).ok().
		at("data", "department", "unit_ids"))
	c.call("unbindUnitDepartment", feishuObject{"unit_id": unit, "department_id": people.full.FeishuID,
		"department_id_type": "department_id"}).ok()
	c.call("deleteUnit", unit).ok()

	kind := feishuObject{"content": "外聘", "enum_type": 2, "enum_status": 1}
	made := c.call("createEmployeeTypeEnum", kind).ok()
	id := made.at("data", "employee_type_enum", "enum_id").(string)
	assert.Equal(c.t, "8", made.at("data", "employee_type_enum", "enum_value"), "a number that nobody had")
	kind["enum_status"] = 2
	c.call("updateEmployeeTypeEnum", id, kind).ok()
	c.call("deleteEmployeeTypeEnum", id).ok()
}

func TestFeishuRecords(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	people := feishuPeople(t, c.srv)

	// The same numbers mean other things of other records.
	level := feishuObject{"name": "专员", "status": true}
	c.call("createJobLevel", level).fails(400, 42305)
	c.call("createJobLevel", feishuObject{"name": "x", "order": 100, "status": true}).fails(400, 42306)
	c.call("createJobLevel", feishuObject{"name": "x", "order": 1, "status": true}).fails(400, 42308)
	c.call("getJobLevel", "none").fails(404, 42301)
	c.call("createEmployeeTypeEnum", feishuObject{"content": "正式", "enum_type": 2, "enum_status": 1}).fails(400, 42301)
	c.call("createEmployeeTypeEnum", feishuObject{"content": "x", "enum_type": 2, "enum_status": 1,
		"i18n_content": []feishuObject{{"locale": "en_us", "value": "Intern"}}}).fails(400, 42302)
	c.call("createEmployeeTypeEnum", feishuObject{"content": "x", "enum_type": 1, "enum_status": 1}).fails(400, 40001)
	c.call("getJobFamily", "none").fails(404, 42404)
	c.call("updateJobFamily", "none", feishuObject{}).fails(404, 42402)
	c.call("updateJobFamily", "demo-family-1", feishuObject{"parent_job_family_id": "demo-family-1"}).fails(400, 42407)
	c.call("updateJobFamily", "demo-family-1", feishuObject{"parent_job_family_id": "demo-family-2"}).ok()
	c.call("updateJobFamily", "demo-family-2", feishuObject{"parent_job_family_id": "demo-family-1"}).fails(400, 42407)
	c.call("deleteJobFamily", "demo-family-2").fails(400, 42411)
	c.call("createJobFamily", feishuObject{"name": "x", "status": true, "parent_job_family_id": "none"}).
		fails(400, 42408)

	// What is on a list can be given to people; what is off it cannot.
	c.call("patchUser", people.staff.FeishuOpenID, feishuObject{"job_level_id": "demo-level-2"}).ok()
	c.call("updateJobLevel", "demo-level-3", feishuObject{"status": false}).ok()
	c.call("patchUser", people.staff.FeishuOpenID, feishuObject{"job_level_id": "demo-level-3"}).fails(400, 44044)
	made := c.call("createEmployeeTypeEnum", feishuObject{"content": "外聘", "enum_type": 2, "enum_status": 1}).ok()
	c.call("patchUser", people.staff.FeishuOpenID, feishuObject{"employee_type": 8}).ok()
	c.call("deleteEmployeeTypeEnum", made.at("data", "employee_type_enum", "enum_id").(string)).ok()
	c.call("patchUser", people.admin.FeishuOpenID, feishuObject{"employee_type": 8}).fails(400, 41057)
	assert.Equal(t, []string{"demo-level-2"},
		c.listed("listJobLevels", "items", "job_level_id", query("name", "专家")), "the whole name")

	// A department is in one unit.
	bind := feishuObject{"unit_id": "demo-unit-1", "department_id": people.full.FeishuOpenID}
	c.call("bindUnitDepartment", bind).ok()
	bind["unit_id"] = "demo-unit-2"
	c.call("bindUnitDepartment", bind).fails(400, 43054)
	bind["unit_id"] = "none"
	c.call("bindUnitDepartment", bind).fails(400, 43051)
	c.call("createUnit", feishuObject{"name": "消费者事业部", "unit_type": "事业部"}).fails(400, 43055)
	c.call("deleteUnit", "demo-unit-1").ok()
	assert.Empty(t, c.call("getDepartment", people.full.FeishuOpenID).ok().at("data", "department", "unit_ids"))

	// The lists of titles and cities are what people have.
	org := c.srv.Organisation()
	distinct := map[string]bool{}
	for _, p := range org.People() {
		if p.City != "" {
			distinct[p.City] = true
		}
	}
	assert.Len(t, c.listed("listWorkCities", "items", "name"), len(distinct))
	c.call("getJobTitle", "none").fails(400, 40001)
	c.call("listJobTitles", query("page_size", "51")).fails(400, 40001)
}
