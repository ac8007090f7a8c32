package main

import (
	"bytes"
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

// snapshot reads an export.
func snapshot(t *testing.T, text string) *directory.Snapshot {
	t.Helper()
	s, err := directory.ReadSnapshot(strings.NewReader(text))
	require.NoError(t, err)
	return s
}

// snapshotFile reads an export from a file.
func snapshotFile(t *testing.T, file string) *directory.Snapshot {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return snapshot(t, string(data))
}

// memberships is who is where, as the simulator knows it.
func memberships(server *sim.Server, department func(sim.Department) string,
	person func(sim.Person) string) map[string][]string {
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
	exported := snapshot(t, stdout)
	assert.Equal(t, "wecom", exported.Header.Vendor)
	assert.Equal(t, server.Credentials().WeCom.CorpID, exported.Header.Company)
	for _, d := range exported.Departments {
		departments[d.ID] = true
	}
	for _, u := range exported.Users {
		var in []string
		for _, m := range u.Departments {
			assert.True(t, departments[m.DepartmentID])
			in = append(in, m.DepartmentID)
		}
		slices.Sort(in)
		got[u.ID] = in
	}
	assert.Len(t, got, 2000)
	assert.Len(t, departments, 60)
	want := memberships(server, func(d sim.Department) string { return strconv.FormatInt(d.WeComID, 10) },
		func(p sim.Person) string { return strings.ToLower(p.UserID) })
	assert.Equal(t, want, got)
	assert.Contains(t, stderr, server.WeComURL())
	assert.Regexp(t, `wecom +60 +2000 +\d+ +0 `, stderr)
}

func TestExportOfTheSimulatorHasToBeAskedFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "staff.csv")
	require.NoError(t, os.WriteFile(file, []byte("yesterday"), 0o600))
	_, _, err := run(t, nil, "export", "wecom", "--format", "csv", "-o", file)
	require.ErrorContains(t, err, "WECOM_CORP_ID is not set")
	require.ErrorContains(t, err, "--sim")
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "yesterday", string(kept))

	_, stderr, err := run(t, nil, "export", "wecom", "--sim", "--format", "csv", "-o", file)
	require.NoError(t, err)
	assert.Contains(t, stderr, "wecom: exporting from the built-in simulator\n")
}

// lineOf is a line of an export with --raw.
type lineOf struct {
	Vendor string
	Kind   string
	ID     string
	Active *bool
	Raw    map[string]any
}

func TestExportWithRaw(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(5))
	stdout, _, err := run(t, server, "export", "wecom", "--raw")
	require.NoError(t, err)
	count := map[string]int{}
	for text := range strings.Lines(stdout) {
		var l lineOf
		require.NoError(t, json.Unmarshal([]byte(text), &l))
		count[l.Kind]++
		if l.Kind == "user" {
			assert.Equal(t, l.ID, strings.ToLower(l.Raw["userid"].(string)))
			assert.NotNil(t, l.Active)
		}
	}
	assert.Equal(t, map[string]int{"department": 5, "user": 20}, count)
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
	assert.Regexp(t, `^wecom: GetUserList: bad response.*; \d+ people and \d+ of 60 departments had been read$`,
		err.Error())
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
	exported := snapshot(t, string(data))
	assert.Len(t, exported.Users, 2000)
	assert.Len(t, exported.Departments, 60)
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
		"unknown vendor": {[]string{"export", "slack"}, nil,
			`unknown vendor "slack": want one of wecom, dingtalk, feishu, wps, or all`},
		"unknown format": {[]string{"export", "wecom", "--format", "xml"}, nil,
			`unknown format "xml": want jsonl, csv or scim`},
		"no vendor":     {[]string{"export"}, nil, "name one vendor: wecom, dingtalk, feishu, wps, or all"},
		"all to stdout": {[]string{"export", "all"}, nil, "name a folder with -o"},
		"half of it": {[]string{"export", "wecom"}, map[string]string{"WECOM_CORP_ID": "ww1"},
			"WECOM_APP_SECRET is not set"},
		"only a base URL": {[]string{"export", "wecom"}, map[string]string{"WECOM_BASE_URL": "https://x.example"},
			"WECOM_CORP_ID and WECOM_APP_SECRET are not set"},
		"odd base URL": {[]string{"export", "wecom"},
			map[string]string{"WECOM_CORP_ID": "ww1", "WECOM_APP_SECRET": "planted", "WECOM_BASE_URL": "x"},
			"WECOM_BASE_URL lacks http:// or https://"},
		"no such folder": {[]string{"export", "wecom", "--sim", "-o", "/nonexistent/folder/file"}, nil,
			"cannot write /nonexistent/folder/file: no such file or directory"},
		"a folder": {[]string{"export", "wecom", "--sim", "-o", os.TempDir()}, nil,
			"is a folder: name a file"},
		"raw rows": {[]string{"export", "wecom", "--format", "csv", "--raw"}, nil,
			"--raw goes with --format jsonl, not with csv"},
		"nobody to show": {[]string{"sim", "--people", "-5"}, nil, "want positive numbers"},
		"nobody is there": {[]string{"export", "wecom"},
			map[string]string{"WECOM_CORP_ID": "ww1", "WECOM_APP_SECRET": "planted",
				"WECOM_BASE_URL": "http://127.0.0.1:1"}, "wecom: nothing answers at WECOM_BASE_URL: "},
		"no credentials": {[]string{"export", "wecom"}, nil, "wecom: no credentials: WECOM_CORP_ID is not set"},
		"none at all":    {[]string{"export", "all", "-o", "x"}, nil, "no vendor has credentials"},
		"empty output":   {[]string{"export", "wecom", "--sim", "-o", ""}, nil, "--output is empty"},
		"empty root":     {[]string{"export", "wecom", "--sim", "--root", ""}, nil, "--root is empty"},
		"all to a dash":  {[]string{"export", "all", "--sim", "-o", "-"}, nil, "name a folder with -o"},
		"roots of all": {[]string{"export", "all", "--sim", "-o", "x", "--root", "1"}, nil,
			"--root and --exclude go with one vendor"},
		"odd status": {[]string{"export", "wecom", "--sim", "--status", "active,gone"}, nil,
			`unknown status "gone"`},
		"excel lines": {[]string{"export", "wecom", "--sim", "--excel"}, nil,
			"--excel goes with --format csv, not with jsonl"},
		"no such root":      {[]string{"export", "wecom", "--sim", "--root", "987654"}, nil, "wecom: "},
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
	stdout, stderr, err := run(t, simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8)), "export", "all", "-o",
		folder)
	require.NoError(t, err)
	assert.Empty(t, stdout)
	var names []map[string]int
	for _, v := range vendors.All() {
		people := map[string]int{}
		for _, u := range snapshotFile(t, filepath.Join(folder, v.Name+".jsonl")).Users {
			people[u.DisplayName]++
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
