package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// run executes a command line with the environment of a simulator that the test knows, or with none.
func run(t *testing.T, server *sim.Server, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	for _, v := range vendors.All() {
		for _, variable := range v.Variables {
			t.Setenv(variable.Name, "")
		}
		if server != nil {
			for name, value := range v.Simulated(server) {
				t.Setenv(name, value)
			}
		}
	}
	root := newRoot()
	var out, log bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&log)
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	return out.String(), log.String(), err
}

type line struct {
	Vendor string
	Kind   string
	directory.User
	ParentID string `json:"parentId"`
	Raw      json.RawMessage
}

func lines(t *testing.T, text string) []line {
	t.Helper()
	var all []line
	scanner := bufio.NewScanner(strings.NewReader(text))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var l line
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &l), scanner.Text())
		all = append(all, l)
	}
	require.NoError(t, scanner.Err())
	return all
}

// memberships is who is where, as the simulator knows it.
func memberships(server *sim.Server, department func(sim.Department) string, person func(sim.Person) string) map[string][]string {
	where := map[string][]string{}
	for _, p := range server.Organisation().People() {
		var in []string
		for _, m := range p.Memberships {
			d, _ := server.Organisation().Department(m.Department)
			in = append(in, department(d))
		}
		slices.Sort(in)
		where[person(p)] = in
	}
	return where
}

func TestExportIsTheWholeDirectory(t *testing.T) {
	server := simtest.Serve(t)
	stdout, stderr, err := run(t, server, "export", "wecom")
	require.NoError(t, err)
	got := map[string][]string{}
	departments := map[string]bool{}
	for _, l := range lines(t, stdout) {
		assert.Equal(t, "wecom", l.Vendor)
		switch l.Kind {
		case "department":
			assert.Empty(t, got, "departments come first")
			departments[l.ID] = true
		case "user":
			assert.NotContains(t, got, l.ID, "each person once")
			var in []string
			for _, m := range l.Departments {
				assert.True(t, departments[m.DepartmentID])
				in = append(in, m.DepartmentID)
			}
			slices.Sort(in)
			got[l.ID] = in
		}
	}
	assert.Len(t, got, 2000)
	assert.Len(t, departments, 60)
	want := memberships(server, func(d sim.Department) string { return strconv.FormatInt(d.WeComID, 10) }, func(p sim.Person) string { return strings.ToLower(p.UserID) })
	assert.Equal(t, want, got)
	assert.Contains(t, stderr, server.WeComURL())
	assert.Regexp(t, `wecom +60 +2000 +\d+ +0 `, stderr)
}

func TestExportSaysThatItIsTheSimulator(t *testing.T) {
	stdout, stderr, err := run(t, nil, "export", "wecom", "--format", "csv")
	require.NoError(t, err)
	assert.Contains(t, stderr, "built-in simulator (set WECOM_CORP_ID")
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	assert.Len(t, rows, 2001)
	assert.Equal(t, "userName", rows[0][2])
	for _, row := range rows[1:] {
		assert.NotEmpty(t, row[1])
		assert.Equal(t, strings.Count(row[11], ";"), strings.Count(row[12], ";"))
	}
}

func TestExportSCIM(t *testing.T) {
	stdout, _, err := run(t, simtest.Serve(t, sim.WithPeople(50), sim.WithDepartments(8)), "export", "wecom", "--format", "scim")
	require.NoError(t, err)
	var list struct {
		Schemas      []string
		TotalResults int
		Resources    []struct {
			Schemas  []string
			ID       string
			UserName string
			Active   *bool
			Groups   []struct{ Value string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &list))
	assert.Equal(t, []string{scimList}, list.Schemas)
	assert.Equal(t, 58, list.TotalResults)
	assert.Len(t, list.Resources, 58)
	for _, r := range list.Resources {
		if r.Schemas[0] == scimUser {
			assert.NotEmpty(t, r.UserName)
			assert.NotNil(t, r.Active)
		}
	}
}

func TestExportWithRaw(t *testing.T) {
	stdout, _, err := run(t, simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(5)), "export", "wecom", "--raw")
	require.NoError(t, err)
	for _, l := range lines(t, stdout) {
		if l.Kind == "user" {
			assert.Contains(t, string(l.Raw), `"userid":`)
		}
	}
}

func TestAFailedExportLeavesNoFileAndKeepsTheOldOne(t *testing.T) {
	server := simtest.Serve(t)
	server.Inject("wecom", "GetUserList", sim.Fault{Kind: sim.FaultTruncated, Skip: 30})
	file := filepath.Join(t.TempDir(), "staff.jsonl")
	require.NoError(t, os.WriteFile(file, []byte("yesterday"), 0o600))
	_, _, err := run(t, server, "export", "wecom", "-o", file)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	var walk *directory.WalkError
	require.ErrorAs(t, err, &walk)
	assert.Positive(t, walk.Users)
	kept, readErr := os.ReadFile(file)
	require.NoError(t, readErr)
	assert.Equal(t, "yesterday", string(kept))
	left, readErr := os.ReadDir(filepath.Dir(file))
	require.NoError(t, readErr)
	assert.Len(t, left, 1, "no half file is left behind")
	assert.Equal(t, 1, exitCode(err))
}

func TestExportToAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "staff.jsonl")
	stdout, _, err := run(t, simtest.Serve(t), "export", "wecom", "-o", file)
	require.NoError(t, err)
	assert.Empty(t, stdout)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Len(t, lines(t, string(data)), 2060)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.EqualValues(t, 0o600, info.Mode().Perm(), "personal data is the owner's to read")
}

func TestBadInput(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"unknown vendor":    {[]string{"export", "slack"}, nil, `unknown vendor "slack": want one of wecom, dingtalk, feishu, wps, or all`},
		"unknown format":    {[]string{"export", "wecom", "--format", "xml"}, nil, `unknown format "xml": want jsonl, csv or scim`},
		"no vendor":         {[]string{"export"}, nil, "name one vendor: wecom, dingtalk, feishu, wps, or all"},
		"all to stdout":     {[]string{"export", "all"}, nil, "name a folder with -o"},
		"half of it":        {[]string{"export", "wecom"}, map[string]string{"WECOM_CORP_ID": "ww1"}, "WECOM_APP_SECRET is not set"},
		"only a base URL":   {[]string{"export", "wecom"}, map[string]string{"WECOM_BASE_URL": "https://x.example"}, "WECOM_CORP_ID and WECOM_APP_SECRET are not set"},
		"odd base URL":      {[]string{"export", "wecom"}, map[string]string{"WECOM_CORP_ID": "ww1", "WECOM_APP_SECRET": "planted", "WECOM_BASE_URL": "x"}, "WithBaseURL"},
		"no such folder":    {[]string{"export", "wecom", "-o", "/nonexistent/folder/file"}, nil, "cannot write /nonexistent/folder/file: no such file or directory"},
		"a folder":          {[]string{"export", "wecom", "-o", os.TempDir()}, nil, "is a folder: name a file"},
		"raw rows":          {[]string{"export", "wecom", "--format", "csv", "--raw"}, nil, "--raw goes with --format jsonl, not with csv"},
		"nobody to show":    {[]string{"sim", "--people", "-5"}, nil, "want positive numbers"},
		"nobody is there":   {[]string{"export", "wecom"}, map[string]string{"WECOM_CORP_ID": "ww1", "WECOM_APP_SECRET": "planted", "WECOM_BASE_URL": "http://127.0.0.1:1"}, "could not be reached"},
		"sim on a bad port": {[]string{"sim", "--addr", "127.0.0.1:99999"}, nil, "invalid port"},
	} {
		t.Run(name, func(t *testing.T) {
			root := newRoot()
			var out, log bytes.Buffer
			root.SetOut(&out)
			root.SetErr(&log)
			root.SetArgs(tc.args)
			for _, v := range vendors.All() {
				for _, variable := range v.Variables {
					t.Setenv(variable.Name, tc.env[variable.Name])
				}
			}
			err := root.ExecuteContext(t.Context())
			require.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error()+out.String()+log.String(), "planted")
		})
	}
}

func TestHelpListsTheVariables(t *testing.T) {
	stdout, _, err := run(t, nil, "export", "--help")
	require.NoError(t, err)
	for _, v := range vendors.All() {
		for _, variable := range v.Variables {
			assert.Contains(t, stdout, variable.Name)
		}
	}
}

func TestExportAllWritesAFileForEachVendorAndATable(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "staff")
	stdout, stderr, err := run(t, simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8)), "export", "all", "-o", folder)
	require.NoError(t, err)
	assert.Empty(t, stdout)
	var names []map[string]int
	for _, v := range vendors.All() {
		data, err := os.ReadFile(filepath.Join(folder, v.Name+".jsonl"))
		require.NoError(t, err)
		people := map[string]int{}
		for _, l := range lines(t, string(data)) {
			if l.Kind == "user" {
				people[l.DisplayName]++
			}
		}
		names = append(names, people)
		assert.Regexp(t, v.Name+` +8 +60 +\d+ `, stderr)
	}
	for _, people := range names {
		assert.Equal(t, names[0], people, "the same company")
	}
}

// Made-up people beside real ones would be taken for real.
func TestExportAllLeavesOutVendorsWithoutCredentialsOnceOneHasSome(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	for _, v := range vendors.All() {
		for _, variable := range v.Variables {
			t.Setenv(variable.Name, "")
		}
	}
	weCom, err := vendors.Named("wecom")
	require.NoError(t, err)
	for name, value := range weCom.Simulated(server) {
		t.Setenv(name, value)
	}
	folder := filepath.Join(t.TempDir(), "staff")
	root := newRoot()
	var log bytes.Buffer
	root.SetErr(&log)
	root.SetArgs([]string{"export", "all", "-o", folder})
	require.NoError(t, root.ExecuteContext(t.Context()))
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, "wecom.jsonl", files[0].Name())
	assert.Contains(t, log.String(), "dingtalk: left out, DINGTALK_APP_KEY is not set\n")

	calls := server.Calls("wecom", "*")
	root.SetArgs([]string{"export", "wecom", "--sim", "-o", filepath.Join(folder, "demo")})
	require.NoError(t, root.ExecuteContext(t.Context()))
	assert.Contains(t, log.String(), "wecom: exporting from the built-in simulator\n", "whatever credentials there are")
	assert.Equal(t, calls, server.Calls("wecom", "*"))
}

func TestVersion(t *testing.T) {
	stdout, _, err := run(t, nil, "--version")
	require.NoError(t, err)
	assert.Contains(t, stdout, "roster version ")
	assert.Contains(t, stdout, " go1.")
}
