package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDoctorOfAHealthyCompany(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas())
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			stdout, stderr, err := run(t, server, "doctor", v.Name)
			require.NoError(t, err, stdout)
			assert.Contains(t, stdout, "Range: the whole company; in all 8 departments")
			assert.Contains(t, stdout, "Healthy: credentials, address, base URL, clock, permissions, range, fields")
			assert.Contains(t, stderr, "looking at "+server.URL)
			assert.NotContains(t, stdout, "ERROR")
			assert.NotContains(t, stdout, "Not looked at")

			stdout, _, err = run(t, server, "doctor", v.Name, "--json")
			require.NoError(t, err)
			var d directory.Diagnosis
			require.NoError(t, json.Unmarshal([]byte(stdout), &d))
			assert.Equal(t, v.Name, d.Vendor)
			assert.Contains(t, stdout, `"findings": []`)
			assert.Equal(t, 60, d.Range.SampledPeople)
		})
	}
}

// With the text alone a stranger knows which console to open, which page to go to, which switch to turn, and what to
// do.
func TestDoctorSaysWhereToClick(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas(),
		sim.WithoutFeishuScopes("contact:user.phone:readonly"))
	server.Feishu().LimitApps([]sim.DepartmentKey{2, 3})
	stdout, _, err := run(t, server, "doctor", "feishu")
	require.Error(t, err)
	assert.Equal(t, exitFindings, exitCode(err))
	finding, _, ok := strings.Cut(stdout, "\n\n")
	require.True(t, ok)
	for _, want := range []string{
		"WARNING  ",
		"phoneNumbers.mobile", "contact:user.phone:readonly", "(field-permission-missing)",
		"\n  means    A sync writes people without",
		"\n  console  开发者后台 (developer console), https://open.feishu.cn/app",
		"\n  page     the app (应用详情) > 权限管理 (Permissions & Scopes)",
		"\n  switch   开通权限 (Add permission scopes to app): 获取用户手机号 (contact:user.phone:readonly)",
		"\n  do       Press 开通权限",
	} {
		assert.Contains(t, finding, want)
	}
	assert.Contains(t, stdout, "(range-partial)")
	assert.Contains(t, stdout, "2 departments with all below them")
	assert.Contains(t, stdout, "Healthy: credentials, address, base URL, clock, permissions")
}

func TestDoctorNamesWhatItCouldNotLookAt(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas())
	t.Setenv("FEISHU_APP_ID", "cli_other0000001")
	t.Setenv("FEISHU_APP_SECRET", "planted-secret-of-nobody")
	t.Setenv("FEISHU_BASE_URL", server.FeishuURL())
	var out, log bytes.Buffer
	err := runDoctor(t.Context(), "feishu", doctorFlags{sample: 200, calls: 120}, &out, &log)
	stdout, stderr := out.String(), log.String()
	require.Error(t, err)
	assert.Equal(t, exitFindings, exitCode(err))
	assert.Contains(t, stdout, "ERROR  The vendor refuses Config.AppID or Config.AppSecret (FEISHU_APP_ID, "+
		"FEISHU_APP_SECRET)")
	assert.Contains(t, stdout, "Not looked at:\n")
	assert.Contains(t, stdout, "  departments: the finding above has to be mended first (credentials-refused)")
	assert.NotContains(t, stdout+stderr, "planted")
}

func TestDoctorThatCannotLook(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(12), sim.WithDepartments(4))
	server.Inject("wecom", "*", sim.Fault{Kind: sim.FaultHTMLError, Status: 502})
	for name, args := range map[string][]string{
		"an outage":         {"doctor", "wecom"},
		"no vendor":         {"doctor"},
		"an unknown vendor": {"doctor", "slack"},
		"an unknown flag":   {"doctor", "wecom", "--nonsense"},
		"a bad number":      {"doctor", "wecom", "--sample", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := run(t, server, args...)
			require.Error(t, err)
			assert.Equal(t, exitNotLooked, exitCode(err))
		})
	}
}
