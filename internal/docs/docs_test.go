package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func loaded(t *testing.T, v vendor) *page {
	t.Helper()
	p, err := load(os.DirFS("../../specs"), os.DirFS("../../testdata"), v)
	require.NoError(t, err)
	return p
}

// sourcesOf returns the samples of a derived document by operation.
func sourcesOf(t *testing.T, p *page, f form) map[string]string {
	t.Helper()
	data, err := p.derive(f)
	require.NoError(t, err)
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal(data, &root))
	found := make(map[string]string)
	for _, item := range members(child(root.Content[0], "paths")) {
		for method, operation := range members(item) {
			if isMethod(method) {
				found[text(operation, "operationId")] = text(first(child(operation, "x-codeSamples")), "source")
			}
		}
	}
	return found
}

// The samples for reading are shell that parses, name no simulator, and explain each variable that they do not set.
func TestSamplesForReading(t *testing.T) {
	variable := regexp.MustCompile(`\$[A-Z_]+\b`)
	var script strings.Builder
	known, err := all()
	require.NoError(t, err)
	for _, v := range known {
		p := loaded(t, v)
		found := sourcesOf(t, p, atVendor)
		assert.Len(t, found, len(p.operations))
		for operation, source := range found {
			about := v.name + " " + operation
			if source == "" {
				t.Errorf("%s: no call on its page: testdata/%s/%s has no success sample", about, v.name, operation)
				continue
			}
			assert.Contains(t, source, `"https://`, about)
			assert.NotContains(t, source, "ROSTER__", about)
			assert.NotContains(t, source, "{{", about)
			for _, name := range variable.FindAllString(source, -1) {
				assert.Contains(t, source, "# "+name+": ", about)
			}
			script.WriteString("sample() {\n" + source + "}\n")
		}
	}
	shell := exec.CommandContext(t.Context(), "bash", "-n")
	shell.Stdin = strings.NewReader(script.String())
	out, err := shell.CombinedOutput()
	assert.NoError(t, err, string(out))
}

func TestSampleOfOneCall(t *testing.T) {
	known, err := all()
	require.NoError(t, err)
	require.Equal(t, "wecom", known[0].name)
	page := loaded(t, known[0])
	wecom := sourcesOf(t, page, atVendor)
	assert.Equal(t, `# $WECOM_CORP_ID: the corp's id (企业ID)
# $WECOM_APP_SECRET: secret of a self-built app (自建应用), which sees its visible range
token=$(curl -sS "https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=$WECOM_CORP_ID&corpsecret=$WECOM_APP_SECRET" |
  sed -E 's/.*"access_token": *"([^"]*)".*/\1/')
curl -sS "https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=chen.yq&access_token=$token"
`, wecom["GetUser"])
	simulated := sourcesOf(t, page, atSimulator)
	assert.Contains(t, simulated["GetUser"],
		`curl -sS "ROSTER__WECOM_BASE_URL__/user/get?userid=ROSTER__WECOM_USER_ID__&access_token=$token"`)
	assert.Contains(t, simulated["CreateUser"], `"userid": "chen.yq"`, "a new user has an id of its own")
}

func TestQuotesAndMarks(t *testing.T) {
	v := vendor{baseURL: "BASE"}
	for marked, want := range map[string]string{
		`-d '{"secret":"{{SECRET}}"}'`:  `-d '{"secret":"'"$SECRET"'"}'`,
		`"{{URL}}/x?s={{SECRET}}"`:      `"https://v.example/x?s=$SECRET"`,
		`-d '{"it":"{{ID|o'\''x}}"}'`:   `-d '{"it":"o'\''x"}'`,
		`"a\"{{SECRET}}\"" '"{{ID|1}}'`: `"a\"$SECRET\"" '"1'`,
		`"{{$local}}" '{{$local}}'`:     `"$local" ''"$local"''`,
	} {
		assert.Equal(t, want, v.resolve(atVendor, call{server: "https://v.example"}, marked))
	}
	assert.Equal(t, `"ROSTER__BASE__/x?s=ROSTER__SECRET__" '$a ROSTER__ID__'`,
		v.resolve(atSimulator, call{}, `"{{URL}}/x?s={{SECRET}}" '$a {{ID|1}}'`))

	assert.Equal(t, "a%20b%26{{X|y}}%2F", escape("a b&{{X|y}}/"))
	assert.Equal(t, `'it'\''s'`, quote("it's"))
}

func TestKnownValuesAreReplacedWhole(t *testing.T) {
	v := vendor{known: map[string]string{"12": "DEPARTMENT", "chen.yq": "USER"},
		fields: map[string]string{"secret": "SECRET"}}
	s := &samples.Sample{}
	s.Request.Body = []byte(
		`{"a": 12, "b": "12", "c": [12, 120, "x-12"], "d": "chen.yq|12", "e": {"secret": "s"}, "f": "2025-11-12"}`)
	assert.Equal(t,
		`{"a":{{DEPARTMENT|12}},"b":"{{DEPARTMENT|12}}","c":[{{DEPARTMENT|12}},120,"x-12"],`+
			`"d":"{{USER|chen.yq}}|{{DEPARTMENT|12}}","e":{"secret":"{{SECRET}}"},"f":"2025-11-12"}`,
		strings.NewReplacer("\n", "", "  ", "", ": ", ":").Replace(v.payload(call{contentType: "application/json"}, s)))
}

func TestRemarks(t *testing.T) {
	var n yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(
		`{x-rate-limit: [{requests: 5, seconds: 1}], x-scopes: [a, b], x-idempotent: false, `+
			`x-idempotency-parameter: token, x-vendor-deviation: odd}`), &n))
	assert.Equal(t,
		"\n\n- **Limit**: 5 calls in 1 s.\n- **Permissions**: `a`, `b`.\n- **May be sent again** after an answer "+
			"was lost: with the same `token`.\n- **Beyond the vendor's page**: odd\n",
		remarks(n.Content[0]))
}

// A build that fails leaves what was there before.
func TestAFailedBuildChangesNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "docs")
	require.NoError(t, os.MkdirAll(out, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(out, "index.html"), []byte("before"), 0o600))
	builder := Builder{Documents: os.DirFS("../../specs"), Testdata: os.DirFS("../../testdata"),
		Redocly: []string{"false"}, Log: t.Logf}
	assert.ErrorContains(t, builder.Build(t.Context(), out), "redocly")
	kept, err := os.ReadFile(filepath.Join(out, "index.html"))
	require.NoError(t, err)
	assert.Equal(t, "before", string(kept))
	rest, err := os.ReadDir(filepath.Dir(out))
	require.NoError(t, err)
	assert.Len(t, rest, 1, "nothing else is left behind")
}

func TestOffline(t *testing.T) {
	page, err := offline([]byte(
		"<html><head><title>x</title></head>`https://cdn.redoc.ly/redoc/logo-mini-full.svg`" +
			":`https://cdn.redoc.ly/redoc/logo-mini.svg`"))
	require.NoError(t, err)
	assert.NotContains(t, string(page), "cdn.redoc.ly")
	assert.Contains(t, string(page), `<link rel="icon" href="data:,">`)
	_, err = offline([]byte("nothing"))
	assert.Error(t, err)
}
