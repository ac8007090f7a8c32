package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// company is a small one with everything that a format has to be careful with.
func company() *directory.Snapshot {
	return &directory.Snapshot{
		Header: directory.Header{Vendor: "wps"},
		Departments: []directory.Department{
			{ID: "d0", Name: "总部", Path: []string{"总部"}},
			{ID: "d1", ParentID: "d0", Name: "研发/测试;一", Path: []string{"总部", "研发/测试;一"}},
			{ID: "d2", ParentID: "d0", Path: []string{"总部", ""}},
		},
		Users: []directory.User{
			{ID: "u1", UserName: "@li", DisplayName: "=1+1", Title: "-", EmployeeNo: "+7",
				Status: directory.StatusActive,
				PhoneNumbers: []directory.Value{{Value: "+8613800000001", Type: "mobile", Primary: true},
					{Value: "010-1"}},
				ManagerID: "u2", EmployeeType: directory.EmployeeIntern,
				Departments: []directory.Membership{{DepartmentID: "d1", Primary: new(true)},
					{DepartmentID: "d2", Primary: new(false)}}},
			{ID: "u2", UserName: "u2", DisplayName: "Zoë", Emails: []directory.Value{},
				Departments: []directory.Membership{
					{DepartmentID: "d1"}, {DepartmentID: "gone"}}},
			{ID: "u3", UserName: "u3", Departments: []directory.Membership{{DepartmentID: "d2"}}},
		},
	}
}

// encoded is the company in another format. Lines are handed over in pieces of every length.
func encoded(t *testing.T, s *directory.Snapshot, piece int, to func(*bytes.Buffer) encoder) string {
	t.Helper()
	var lines, out bytes.Buffer
	require.NoError(t, s.Write(&lines))
	p := &projection{to: to(&out)}
	for lines.Len() > 0 {
		_, err := p.Write(lines.Next(piece))
		require.NoError(t, err)
	}
	require.True(t, p.ended)
	require.NoError(t, p.to.end())
	return out.String()
}

func TestCSV(t *testing.T) {
	plain := func(b *bytes.Buffer) encoder { return newCSV(b, "wps", false, false) }
	text := encoded(t, company(), 1<<20, plain)
	for piece := range 100 {
		assert.Equal(t, text, encoded(t, company(), piece+1, plain))
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, [][]string{
		{"vendor", "id", "userName", "displayName", "active", "status", "title", "employeeNumber", "emails",
			"phoneNumbers",
			"manager", "departments", "departmentNames", "departmentPaths", "mainDepartment", "mainDepartmentPath"},
		{"wps", "u1", "@li", "=1+1", "true", "active", "-", "+7", "", "+8613800000001;010-1", "u2", "d1;d2",
			`研发/测试\;一;`, `总部/研发\/测试\;一;总部/`, "d1", `总部/研发\/测试\;一`},
		{"wps", "u2", "u2", "Zoë", "", "", "", "", "", "", "", "d1;gone", `研发/测试\;一;`, `总部/研发\/测试\;一;`, "", ""},
		{"wps", "u3", "u3", "", "", "", "", "", "", "", "", "d2", "", "总部/", "", ""},
	}, rows)
}

func TestCSVForExcel(t *testing.T) {
	text := encoded(t, company(), 1<<20, func(b *bytes.Buffer) encoder { return newCSV(b, "wps", true, false) })
	body, found := strings.CutPrefix(text, "\xEF\xBB\xBF")
	require.True(t, found, "a byte order mark")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{"wps", "u1", "'@li", "'=1+1", "true", "active", "'-", "'+7", "", "'+8613800000001;010-1"},
		rows[1][:10])
	for _, row := range rows {
		for _, cell := range row {
			assert.NotContains(t, "=+-@", (cell + " ")[:1])
		}
	}
	cells := (&csvPeople{excel: true}).cells("\t=1", "＝1", "a=1", "", "'x")
	assert.Equal(t, []string{"'\t=1", "'＝1", "a=1", "", "'x"}, cells)
}

func TestSCIM(t *testing.T) {
	text := encoded(t, company(), 1<<20, func(b *bytes.Buffer) encoder { return newSCIM(b) })
	const core, extension = `"urn:ietf:params:scim:schemas:core:2.0:`,
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
	const department = `"urn:roster:scim:schemas:extension:department:1.0:Group"`
	assert.JSONEq(t, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":6,
		"startIndex":1,"itemsPerPage":6,
		"Resources":[
		{"schemas":[`+core+`User",`+extension+`],"id":"u1","userName":"@li","name":{"formatted":"=1+1"},
		 "displayName":"=1+1","title":"-","userType":"intern","active":true,
		 "phoneNumbers":[{"value":"+8613800000001","type":"mobile","primary":true},{"value":"010-1"}],
		 "groups":[{"value":"d1","display":"研发/测试;一","type":"direct"},{"value":"d2","display":"d2","type":"direct"}],
		 `+extension+`:{"employeeNumber":"+7","department":"研发/测试;一","manager":{"value":"u2"}},
		 "meta":{"resourceType":"User"}},
		{"schemas":[`+core+`User"],"id":"u2","userName":"u2","name":{"formatted":"Zoë"},"displayName":"Zoë",
		 "groups":[{"value":"d1","display":"研发/测试;一","type":"direct"}],"meta":{"resourceType":"User"}},
		{"schemas":[`+core+`User"],"id":"u3","userName":"u3","groups":[{"value":"d2","display":"d2","type":"direct"}],
		 "meta":{"resourceType":"User"}},
		{"schemas":[`+core+`Group",`+department+`],"id":"d0","displayName":"总部",
		 "members":[{"value":"d1","type":"Group"},{"value":"d2","type":"Group"}],`+department+`:{"path":["总部"]},
		 "meta":{"resourceType":"Group"}},
		{"schemas":[`+core+`Group",`+department+`],"id":"d1","displayName":"研发/测试;一",
		 "members":[{"value":"u1","type":"User"},{"value":"u2","type":"User"}],
		 `+department+`:{"parent":"d0","path":["总部","研发/测试;一"]},"meta":{"resourceType":"Group"}},
		{"schemas":[`+core+`Group",`+department+`],"id":"d2","displayName":"d2",
		 "members":[{"value":"u1","type":"User"},{"value":"u3","type":"User"}],
		 `+department+`:{"parent":"d0"},"meta":{"resourceType":"Group"}}]}`, text)

	none := encoded(t, &directory.Snapshot{Header: directory.Header{Vendor: "wps"}}, 7,
		func(b *bytes.Buffer) encoder { return newSCIM(b) })
	assert.JSONEq(t, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Resources":[],"totalResults":0,
		"startIndex":1,"itemsPerPage":0}`, none)
}

func TestFormatsOnTheCommandLine(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(50), sim.WithDepartments(8))
	stdout, _, err := run(t, server, "export", "wecom", "--format", "scim")
	require.NoError(t, err)
	var list struct{ Resources []any }
	require.NoError(t, json.Unmarshal([]byte(stdout), &list))
	assert.Len(t, list.Resources, 58)
	stdout, _, err = run(t, server, "export", "wecom", "--format", "csv", "--excel")
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(stdout, "\uFEFF"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 51)
	for _, row := range rows[1:] {
		assert.Regexp(t, `^('\+.*|[0-9].*|)$`, row[9])
		assert.NotEmpty(t, row[14], "the main department")
		assert.Contains(t, row[13], row[15])
	}
}
