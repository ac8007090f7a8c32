package diagnosis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/roster-go/roster/directory/internal/diagnosis"
	"github.com/roster-go/roster/specs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// document is what a vendor's document says of properties.
type document struct {
	Components struct {
		Schemas map[string]struct {
			Properties map[string]struct {
				FieldScopes []string `yaml:"x-field-scopes"`
				FieldRules  []string `yaml:"x-field-rules"`
			}
		}
	}
}

func read(t *testing.T, vendor string) (d document) {
	t.Helper()
	text, err := specs.FS.ReadFile(vendor + ".yaml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, &d))
	return d
}

// The table has the properties of the documents, and for each the permissions and rules that the document names.
func TestFieldsAgreeWithTheDocuments(t *testing.T) {
	opened := 0
	for _, v := range diagnosis.Vendors() {
		d := read(t, v.Name)
		for _, f := range diagnosis.Fields() {
			s := f.Sources[v.Name]
			for _, name := range s.Properties {
				schema, property, _ := strings.Cut(name, ".")
				p, ok := d.Components.Schemas[schema].Properties[property]
				if !assert.True(t, ok, "%s %s: the document has no %s", v.Name, f.Name, name) {
					continue
				}
				switch {
				case v.Name == "wecom": // whose own apps need none
					assert.Empty(t, s.AnyOf)
					for _, scope := range p.FieldScopes {
						assert.Contains(t, s.Note, scope)
					}
				case name == "UserCustomAttrs.custom_attrs":
					assert.Equal(t, []string{"kso.user_custom_attr.readwrite"}, s.AnyOf, "that of the call")
				default:
					assert.Equal(t, p.FieldScopes, s.AnyOf, "%s %s: %s", v.Name, f.Name, name)
				}
				opened += len(p.FieldScopes)
				dated := slices.Contains(p.FieldRules, "own-app-before-2022-06-20")
				assert.Equal(t, dated, s.Rule == diagnosis.FieldDateRule, "%s %s: %s", v.Name, f.Name, name)
			}
		}
	}
	assert.Greater(t, opened, 50)
}

func TestConsolesHaveNamesForPermissions(t *testing.T) {
	assert.Equal(t, "获取用户手机号", diagnosis.Titles("feishu")["contact:user.phone:readonly"])
	assert.Equal(t, "企业员工手机号信息", diagnosis.Titles("dingtalk")["fieldMobile"])
}
