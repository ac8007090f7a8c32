package sim_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// directoryFilter is the body of a filter; conditions are field, operator and value each.
func directoryFilter(fields []string, conditions ...[3]string) feishuObject {
	list := []feishuObject{}
	for _, c := range conditions {
		list = append(list, feishuObject{"field": c[0], "operator": c[1], "value": c[2]})
	}
	return feishuObject{"filter": feishuObject{"conditions": list}, "required_fields": fields,
		"page_request": feishuObject{"page_size": 100}}
}

// everyEmployee calls all operations of directory/v1 with success.
func (c *feishuCaller) everyEmployee(people feishuTestPeople) {
	c.t.Helper()
	place := []feishuObject{{"department_id": people.full.FeishuOpenID, "is_main_department": true}}
	id := c.call("createEmployee", feishuObject{"employee": feishuObject{
		"name": feishuObject{"name": feishuObject{"default_value": "林悦",
			"i18n_value": feishuObject{"en_us": "Lin Yue"}}},
		"mobile": "13900000077", "employee_order_in_departments": place, "join_date": "2025-01-02"}}).ok().
		at("data", "employee_id").(string)
	c.call("patchEmployee", id, feishuObject{"employee": feishuObject{"job_number": "N-77", "is_frozen": true}}).ok()
	fields := []string{"base_info.*", "work_info.*"}
	got := c.call("mgetEmployees", feishuObject{"employee_ids": []string{id}, "required_fields": fields}).ok()
	assert.Equal(c.t, id, got.at("data", "employees", "0", "base_info", "employee_id"))
	assert.Equal(c.t, "Lin Yue", got.at("data", "employees", "0", "base_info", "name", "name", "i18n_value", "en_us"))
	assert.Equal(c.t, "2025-01-02", got.at("data", "employees", "0", "work_info", "join_date"))
	assert.Equal(c.t, json.Number("3"), got.at("data", "employees", "0", "base_info", "active_status"))
	assert.Empty(c.t, got.at("data", "abnormals"))
	c.call("filterEmployees", directoryFilter(fields, [3]string{"work_info.job_number", "eq", `"N-77"`})).ok()
	c.call("searchEmployees", feishuObject{"query": "林悦", "page_request": feishuObject{},
		"required_fields": fields}).ok()
	c.call("setEmployeeToBeResigned", id, feishuObject{"employee": feishuObject{"resign_date": "2030-01-01",
		"resign_reason": "9", "resign_type": "1"}}).ok()
	c.call("setEmployeeRegular", id).ok()
	c.call("deleteEmployee", id).ok()
	c.call("resurrectEmployee", id, feishuObject{"employee_order_in_departments": place}).ok()

	dept := c.call("createDirectoryDepartment", feishuObject{"department": feishuObject{
		"name": feishuObject{"default_value": "新的"}, "parent_department_id": people.full.FeishuOpenID}}).ok().
		at("data", "department_id").(string)
	c.call("patchDirectoryDepartment", dept, feishuObject{"department": feishuObject{"enabled_status": false}}).ok()
	got = c.call("mgetDirectoryDepartments", feishuObject{"department_ids": []string{dept},
		"required_fields": []string{"*"}}).ok()
	assert.Equal(c.t, false, got.at("data", "departments", "0", "enabled_status"))
	c.call("filterDirectoryDepartments",
		directoryFilter([]string{"*"}, [3]string{"parent_department_id", "eq", `"0"`})).ok()
	c.call("searchDirectoryDepartments", feishuObject{"query": "新", "page_request": feishuObject{"page_size": 100},
		"required_fields": []string{"name"}}).ok()
	c.call("deleteDirectoryDepartment", dept).ok()
}

// filtered reads a filter to its end and returns the employees' ids.
func (c *feishuCaller) filtered(body feishuObject, size int) (ids []string, abnormal []any) {
	c.t.Helper()
	page := feishuObject{"page_size": size}
	body["page_request"] = page
	for {
		got := c.call("filterEmployees", body).ok()
		list, _ := got.at("data", "employees").([]any)
		for i := range list {
			ids = append(ids, got.at("data", "employees", strconv.Itoa(i), "base_info", "employee_id").(string))
		}
		more, _ := got.at("data", "abnormals").([]any)
		abnormal = append(abnormal, more...)
		if got.at("data", "page_response", "has_more") != true {
			return ids, abnormal
		}
		page["page_token"] = got.at("data", "page_response", "page_token")
	}
}

// The people of every department are those of contact v3.
func TestFeishuDirectoryWalk(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	for _, d := range org.Departments() {
		var want []string
		for _, p := range org.Members(d.Key) {
			want = append(want, p.FeishuOpenID)
		}
		id := strconv.Quote(d.FeishuOpenID)
		if d.Key == sim.RootDepartment {
			id = `"0"`
		}
		got, abnormal := c.filtered(directoryFilter([]string{"base_info.employee_id"},
			[3]string{"base_info.departments.department_id", "eq", id},
			[3]string{"work_info.staff_status", "eq", "1"}), 3)
		assert.ElementsMatch(t, want, got, d.Name)
		assert.Empty(t, abnormal)
	}
	all, _ := c.filtered(directoryFilter([]string{"base_info.employee_id"}), 100)
	assert.Len(t, all, len(org.People()), "without conditions: everybody")
}

// Those who have left are found by what is their own, and by no status.
func TestFeishuDirectoryLeavers(t *testing.T) {
	k := newClock()
	srv := serve(t, sim.WithoutQuotas(), sim.WithClock(k.Now))
	c := feishuAppOf(t, srv)
	staff := feishuPeople(t, srv).staff
	home, _ := srv.Organisation().Department(staff.MainDepartment)
	left := k.Now().In(time.FixedZone("", 8*3600)).Format("2006-01-02")
	c.call("setEmployeeToBeResigned", staff.FeishuOpenID, feishuObject{"employee": feishuObject{
		"resign_date": "2030-01-01", "resign_reason": "17", "resign_type": "2", "resign_remark": "bye"}}).ok()
	leaving, _ := c.filtered(directoryFilter([]string{"base_info.employee_id"},
		[3]string{"base_info.departments.department_id", "eq", strconv.Quote(home.FeishuOpenID)},
		[3]string{"work_info.staff_status", "eq", "5"}), 100)
	assert.Equal(t, []string{staff.FeishuOpenID}, leaving)
	c.call("deleteEmployee", staff.FeishuOpenID).ok()
	assert.Len(t, srv.Organisation().FormerPeople(), 1, "other vendors see it, too")

	fields := []string{"base_info.employee_id", "base_info.is_resigned", "base_info.resign_time",
		"base_info.departments", "work_info.staff_status", "work_info.resign_reason", "work_info.resign_remark"}
	for _, got := range []feishuReply{
		c.call("mgetEmployees", feishuObject{"employee_ids": []string{staff.FeishuOpenID},
			"required_fields": fields}).ok(),
		c.call("filterEmployees", directoryFilter(fields,
			[3]string{"base_info.mobile", "in", `["` + staff.Mobile.E164() + `"]`})).ok(),
	} {
		about := func(path ...string) any {
			return got.at(append([]string{"data", "employees", "0"}, path...)...)
		}
		assert.Equal(t, staff.FeishuOpenID, about("base_info", "employee_id"))
		assert.Equal(t, true, about("base_info", "is_resigned"))
		assert.Equal(t, left, about("base_info", "resign_time"))
		assert.Equal(t, []any{}, about("base_info", "departments"))
		assert.Equal(t, json.Number("2"), about("work_info", "staff_status"))
		assert.Equal(t, "17", about("work_info", "resign_reason"))
		assert.Equal(t, "bye", about("work_info", "resign_remark"))
	}
	// The vendor's page says that this status cannot be filtered by, and that searches do not find them.
	c.call("filterEmployees", directoryFilter(fields, [3]string{"base_info.departments.department_id", "eq", `"0"`},
		[3]string{"work_info.staff_status", "eq", "2"})).fails(400, 2220014)
	got := c.call("searchEmployees", feishuObject{"query": staff.Mobile.E164(), "page_request": feishuObject{},
		"required_fields": fields}).ok()
	assert.Empty(t, got.at("data", "employees"))

	c.call("patchEmployee", staff.FeishuOpenID, feishuObject{"employee": feishuObject{"resign_reason": "18"}}).ok()
	c.call("patchEmployee", staff.FeishuOpenID, feishuObject{"employee": feishuObject{"mobile": "13900000088"}}).
		fails(400, 2221246)
	c.call("resurrectEmployee", staff.FeishuOpenID, feishuObject{}).ok()
	c.call("deleteEmployee", staff.FeishuOpenID).fails(400, 2221185)
	_, still := srv.Organisation().Person(staff.Key)
	assert.True(t, still)
}

func TestFeishuDirectoryRefusals(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	people := feishuPeople(t, c.srv)
	staff := people.staff.FeishuOpenID
	name := feishuObject{"name": feishuObject{"default_value": "林悦"}}
	place := []feishuObject{{"department_id": people.full.FeishuOpenID}}
	create := func(members feishuObject) feishuReply {
		return c.call("createEmployee", feishuObject{"employee": members})
	}
	create(feishuObject{"name": name, "mobile": people.staff.Mobile.E164(), "employee_order_in_departments": place}).
		fails(400, 2221103)
	create(feishuObject{"name": name, "employee_order_in_departments": place}).fails(400, 2221113)
	create(feishuObject{"name": name, "mobile": "13900000001"}).fails(400, 2221129)
	create(feishuObject{"name": name, "mobile": "13900000001",
		"employee_order_in_departments": []feishuObject{{"department_id": "none"}}}).fails(400, 2221181)
	create(feishuObject{"name": name, "mobile": "13900000001", "employee_order_in_departments": place,
		"join_date": "today"}).fails(400, 2221210)
	patch := func(members feishuObject) feishuReply {
		return c.call("patchEmployee", staff, feishuObject{"employee": members})
	}
	patch(feishuObject{"resign_reason": "1"}).fails(400, 2221293)
	patch(feishuObject{"job_title_id": "none"}).fails(400, 2221223)
	patch(feishuObject{"custom_field_values": []feishuObject{{"field_key": "C-0",
		"text_value": feishuObject{"default_value": "x"}}}}).fails(400, 2221242)
	patch(feishuObject{"extension_number": "1"}).ok()
	c.call("patchEmployee", people.admin.FeishuOpenID, feishuObject{"employee": feishuObject{"extension_number": "1"}}).
		fails(400, 2221192)
	c.call("setEmployeeRegular", staff).fails(400, 2221246)
	leave := func(reason, kind string) feishuReply {
		return c.call("setEmployeeToBeResigned", staff, feishuObject{"employee": feishuObject{
			"resign_date": "2030-01-01", "resign_reason": reason, "resign_type": kind}})
	}
	leave("17", "1").fails(400, 2221214)
	leave("17", "9").fails(400, 2221231)
	leave("17", "2").ok()
	leave("17", "2").fails(400, 2221246)

	department := [3]string{"base_info.departments.department_id", "eq", `"0"`}
	status := [3]string{"work_info.staff_status", "eq", "1"}
	filter := func(conditions ...[3]string) feishuReply {
		return c.call("filterEmployees", directoryFilter([]string{"base_info.name"}, conditions...))
	}
	filter(status).fails(400, 2220009)
	filter(department).fails(400, 2220009)
	filter([3]string{"base_info.name", "eq", `"x"`}).fails(400, 2220012)
	filter([3]string{"base_info.mobile", "like", `"x"`}).fails(400, 2220013)
	filter([3]string{"base_info.mobile", "eq", `x`}).fails(400, 2220014)
	filter([3]string{"base_info.mobile", "in", `"x"`}).fails(400, 2220014)
	body := directoryFilter([]string{"base_info.name"}, department, status)
	body["page_request"] = feishuObject{"page_token": "x"}
	c.call("filterEmployees", body).fails(400, 2221004)
	body["page_request"] = feishuObject{"page_size": 101}
	c.call("filterEmployees", body).fails(400, 2220010)
	delete(body, "page_request")
	c.call("filterEmployees", body).fails(400, 2221005)
	c.call("mgetEmployees", feishuObject{"employee_ids": []string{}, "required_fields": []string{}}).fails(400, 2220001)

	made := feishuObject{"name": feishuObject{"default_value": "新的"}, "parent_department_id": "0"}
	dept := c.call("createDirectoryDepartment", feishuObject{"department": made}).ok().
		at("data", "department_id").(string)
	c.call("createDirectoryDepartment", feishuObject{"department": made}).fails(400, 2221319)
	c.call("deleteDirectoryDepartment", people.full.FeishuOpenID).fails(400, 2221332)
	c.call("patchDirectoryDepartment", people.full.FeishuOpenID,
		feishuObject{"department": feishuObject{"enabled_status": false}}).fails(400, 2221349)
	c.call("patchDirectoryDepartment", dept, feishuObject{"department": feishuObject{"enabled_status": false}}).ok()
	below := feishuObject{"name": feishuObject{"default_value": "下面"}, "parent_department_id": dept}
	c.call("createDirectoryDepartment", feishuObject{"department": below}).fails(400, 2221352)
	below["parent_department_id"] = "none"
	c.call("createDirectoryDepartment", feishuObject{"department": below}).fails(400, 2221309)

	// With the token of a person it is an administrators' interface.
	c.user(people.staff.UserID).call("mgetEmployees", feishuObject{"employee_ids": []string{staff},
		"required_fields": []string{"base_info.name"}}).fails(400, 2224001)
	c.user(people.admin.UserID).call("mgetEmployees", feishuObject{"employee_ids": []string{staff},
		"required_fields": []string{"base_info.name"}}).ok()
}

// What cannot be answered is listed as abnormal, in a success.
func TestFeishuDirectoryAbnormals(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas(), sim.WithoutFeishuScopes("directory:employee.base.mobile:read"))
	people := feishuPeople(t, c.srv)
	staff, admin := people.staff.FeishuOpenID, people.admin.FeishuOpenID
	c.srv.Feishu().LimitApps(nil, people.staff.UserID)
	got := c.call("mgetEmployees", feishuObject{"employee_ids": []string{staff, admin, "ou_ghost"},
		"required_fields": []string{"base_info.name", "base_info.mobile", "base_info.nonsense"}}).ok()
	list, _ := got.at("data", "employees").([]any)
	require.Len(t, list, 1)
	base, _ := list[0].(feishuObject)["base_info"].(feishuObject)
	assert.Equal(t, "0", base["employee_id"], "meaningless: nobody asked for it")
	assert.NotContains(t, base, "mobile")
	abnormals, _ := got.at("data", "abnormals").([]any)
	assert.Equal(t, []any{
		feishuObject{"id": staff, "row_error": json.Number("0"),
			"field_errors": feishuObject{"base_info.mobile": json.Number("1000"),
				"base_info.nonsense": json.Number("2003")}},
		feishuObject{"id": admin, "row_error": json.Number("1000"), "field_errors": feishuObject{}},
		feishuObject{"id": "ou_ghost", "row_error": json.Number("0"), "field_errors": feishuObject{
			"base_info.name":   json.Number("2002"),
			"base_info.mobile": json.Number("2002"), "base_info.nonsense": json.Number("2002")}},
	}, abnormals)
}
