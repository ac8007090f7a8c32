package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorded reads the only sample below a folder.
func recordedSample(t *testing.T, folder, vendor string) *samples.Sample {
	t.Helper()
	all, err := samples.Load(os.DirFS(folder), vendor)
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}

func TestRecordReplacesPeopleAndKeepsRelations(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(40), sim.WithDepartments(6), sim.WithoutQuotas())
	person := server.Organisation().People()[3]
	t.Setenv(recordKey, "a key for this test")
	one, two := t.TempDir(), t.TempDir()
	_, stderr, err := run(t, server, "record", "wecom", "GetUser", "userid="+person.UserID, "-o", one)
	require.NoError(t, err)
	assert.Contains(t, stderr, "GetUser")
	_, _, err = run(t, server, "record", "wecom", "GetUser", "userid="+person.UserID, "-o", two)
	require.NoError(t, err)

	first, second := recordedSample(t, one, "wecom"), recordedSample(t, two, "wecom")
	assert.Equal(t, first.Response.Body, second.Response.Body, "the same value is replaced alike")
	assert.Equal(t, "success", first.Case)
	var answer struct {
		UserID string
		Name   string
		Mobile string
		Status int
	}
	require.NoError(t, json.Unmarshal(first.Response.Body, &answer))
	assert.Equal(t, first.Request.Query["userid"][0], answer.UserID,
		"request and answer still speak of the same person")
	assert.NotEqual(t, person.UserID, answer.UserID)
	assert.NotEmpty(t, answer.Name)

	for _, folder := range []string{one, two} {
		file, err := os.ReadFile(filepath.Join(folder, "wecom", "GetUser", "success.json"))
		require.NoError(t, err)
		demo := server.Credentials().WeCom
		for _, private := range []string{person.UserID, person.Name, person.Email, demo.AppSecret, demo.ContactSecret,
			"access_token"} {
			if private != "" {
				assert.NotContains(t, string(file), private)
			}
		}
	}
	stdout, _, err := run(t, server, "check", "wecom", "--samples", one)
	require.NoError(t, err, stdout)
}

func TestRecordOfEveryVendor(t *testing.T) {
	// with another one, somebody's made-up name may be somebody else's real one
	t.Setenv(recordKey, "a key for this test")
	server := simtest.Serve(t, sim.WithPeople(40), sim.WithDepartments(6), sim.WithoutQuotas())
	person := server.Organisation().People()[5]
	department, _ := server.Organisation().Department(sim.RootDepartment)
	for _, args := range [][]string{
		{"wecom", "GetUserList", "department_id=1"},
		{"dingtalk", "getUserV2", "userid=" + person.UserID},
		{"feishu", "getUser", "user_id=" + person.FeishuOpenID},
		{"wps", "listDeptMembers", "dept_id=" + department.WPSID, "status=active", "with_user_detail=true"},
	} {
		t.Run(args[0], func(t *testing.T) {
			folder := t.TempDir()
			_, _, err := run(t, server, append([]string{"record", "-o", folder}, args...)...)
			require.NoError(t, err)
			sample := recordedSample(t, folder, args[0])
			assert.Equal(t, args[1], sample.Operation)
			for _, p := range server.Organisation().People() {
				assert.NotContains(t, string(sample.Response.Body), `"`+p.Name+`"`)
				assert.NotContains(t, string(sample.Response.Body), `"`+p.UserID+`"`)
			}
			stdout, _, err := run(t, server, "check", args[0], "--samples", folder)
			require.NoError(t, err, stdout)
		})
	}
}

func TestRecordOfARefusal(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	folder := t.TempDir()
	_, _, err := run(t, server, "record", "wecom", "GetUser", "userid=nobody-at-all", "-o", folder)
	require.NoError(t, err)
	assert.Equal(t, "error-60111", recordedSample(t, folder, "wecom").Case)
}

func TestRecordRefuses(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"unknown vendor":    {[]string{"record", "slack", "x"}, "unknown vendor"},
		"unknown operation": {[]string{"record", "wecom", "GetNothing"}, "no operation"},
		"no operation": {[]string{"record", "wecom"},
			"name a vendor (wecom, dingtalk, feishu, wps) and an operation"},
		"almost":  {[]string{"record", "wecom", "GetUsers"}, "did you mean GetUser"},
		"a write": {[]string{"record", "wecom", "DeleteUser", "userid=x"}, "it writes (--write allows it)"},
		"a token": {[]string{"record", "wecom", "GetToken"},
			"the client calls it by itself for its token (--write allows it)"},
		"odd case": {[]string{"record", "wecom", "GetUser", "userid=nobody", "--case", "../x"},
			"plain file name"},
		"wrong case": {[]string{"record", "wecom", "GetUser", "userid=nobody", "--case", "success"},
			"has to begin with error"},
		"no body": {[]string{"record", "wecom", "ListUserId", "--body", "/nonexistent"}, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			_, _, err := run(t, server, append(tc.args, "-o", folder)...)
			require.ErrorContains(t, err, tc.want)
			left, err := os.ReadDir(folder)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
	assert.Zero(t, server.Calls("wecom", "DeleteUser"))
}

func TestRecordWithABodyFromStandardInput(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	weCom, err := vendors.Named("wecom")
	require.NoError(t, err)
	for name, value := range weCom.Simulated(server) {
		t.Setenv(name, value)
	}
	folder := t.TempDir()
	root := newRoot()
	root.SetIn(bytes.NewBufferString(`{"limit":5}`))
	root.SetErr(&bytes.Buffer{})
	root.SetArgs([]string{"record", "wecom", "ListUserId", "--body", "-", "-o", folder})
	require.NoError(t, root.ExecuteContext(t.Context()))
	assert.JSONEq(t, `{"limit":5}`, string(recordedSample(t, folder, "wecom").Request.Body))
}

// A call that changes something is not made for a sample that cannot be kept.
func TestRecordMakesNoCallWhoseSampleIsThereAlready(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "wecom", "DeleteUser"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "wecom", "DeleteUser", "success.json"), nil, 0o600))
	_, _, err := run(t, server, "record", "wecom", "deleteuser", "userid="+server.Organisation().People()[3].UserID,
		"--write", "-o", folder)
	require.ErrorContains(t, err, "is there already")
	assert.Zero(t, server.Calls("wecom", "DeleteUser"))
}

func TestRecordReplacesNoSampleUnasked(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	folder := t.TempDir()
	again := []string{"record", "wecom", "LISTUSERID", "limit=5", "-o", folder} // by a name in another case
	_, _, err := run(t, server, again...)
	require.NoError(t, err)
	assert.Equal(t, "ListUserId", recordedSample(t, folder, "wecom").Operation)
	_, _, err = run(t, server, again...)
	require.ErrorContains(t, err,
		"success.json is there already: --case gives this recording another name, --force replaces the old one")
	_, _, err = run(t, server, append(again, "--force")...)
	require.NoError(t, err)
	_, _, err = run(t, server, append(again, "--case", "success-again")...)
	require.NoError(t, err)
}

func TestARecordingOfTheSimulatorSaysSo(t *testing.T) {
	folder := t.TempDir()
	_, _, err := run(t, nil, "record", "wecom", "ListDepartment", "--sim", "-o", folder)
	require.NoError(t, err)
	assert.Contains(t, string(recordedSample(t, folder, "wecom").Source), `"confidence": "sim"`)
}

func TestARecordingOfASimulatorSaysSo(t *testing.T) {
	control := sim.NewControl(simtest.Checked(t), sim.WithPeople(20), sim.WithDepartments(4))
	refusing := sim.NewControl(simtest.Checked(t), sim.WithPeople(20), sim.WithDepartments(4))
	refusing.Refusal = "no orders"
	// What stands in for a vendor has its answers, and nothing at other paths.
	vendor := http.NewServeMux()
	vendor.Handle("/wecom/", control)
	for name, tc := range map[string]struct {
		handler http.Handler
		sim     *sim.Simulator
		want    string
	}{
		"takes orders":   {control, control.Simulator(), "sim"},
		"takes none":     {refusing, refusing.Simulator(), "sim"},
		"has no orders":  {control.Simulator(), control.Simulator(), "sim"},
		"not one at all": {vendor, control.Simulator(), "live"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tc.handler)
			t.Cleanup(server.Close)
			folder := t.TempDir()
			_, _, err := run(t, &sim.Server{Simulator: tc.sim, URL: server.URL}, "record", "wecom", "ListUserId",
				"limit=5", "-o", folder)
			require.NoError(t, err)
			text, err := os.ReadFile(filepath.Join(folder, "wecom", "ListUserId", "success.json"))
			require.NoError(t, err)
			assert.Regexp(t, `"confidence": *"`+tc.want+`"`, string(text))
		})
	}
}
