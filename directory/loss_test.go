package directory_test

import (
	"slices"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fieldPermissions are what opens fields of people and departments, at the vendors that name it.
var fieldPermissions = map[string][]string{
	"dingtalk": {"fieldEmail", "fieldMobile"},
	"feishu": {
		"contact:department.base:readonly", "contact:department.organize:readonly", "contact:user.base:readonly",
		"contact:user.department:readonly", "contact:user.email:readonly", "contact:user.employee:readonly",
		"contact:user.employee_id:readonly", "contact:user.gender:readonly", "contact:user.phone:readonly",
	},
	"wps": {"kso.user_email.read", "kso.user_phone.read"},
}

// broad are those that open what the others open, one by one.
var broad = map[string][]string{
	"feishu": {"contact:contact:access_as_app", "contact:contact:readonly", "contact:contact:readonly_as_app"},
}

// A permission that the app loses or gains between two exports changes nobody and no department.
func TestAFieldPermissionThatComesOrGoesIsNoChange(t *testing.T) {
	for vendor, names := range fieldPermissions {
		company := func(lost ...string) *directory.Snapshot {
			options := []sim.Option{sim.WithPeople(60), sim.WithDepartments(10), sim.WithoutQuotas()}
			if len(lost) > 0 {
				options = append(options, withheld(vendor, lost...))
			}
			v, err := vendors.Named(vendor)
			require.NoError(t, err)
			opened, err := v.Open(v.Simulated(simtest.Serve(t, options...)), clients.WithLimiter(clients.NoLimit))
			require.NoError(t, err)
			return taken(t, opened.Directory, directory.WalkOptions{})
		}
		all := company(broad[vendor]...)
		for i := range len(names) + 1 {
			name, lost := "all of them", names
			if i < len(names) {
				name, lost = names[i], names[i:i+1]
			}
			lost = slices.Concat(lost, broad[vendor])
			t.Run(vendor+" "+name, func(t *testing.T) {
				less := company(lost...)
				assert.NotEqual(t, [2]any{all.Users, all.Departments}, [2]any{less.Users, less.Departments})
				assert.Empty(t, differences(t, all, less, directory.DiffOptions{}))
				assert.Empty(t, differences(t, less, all, directory.DiffOptions{}))
				learned, err := directory.Diff(less, all, directory.DiffOptions{Learned: true})
				require.NoError(t, err)
				back := directory.Apply(less, learned)
				for i := range back.Users { // of whom what is not there now is not learned
					require.Subset(t, []string{"phoneNumbers.mobile"}, back.Users[i].Unknown)
					back.Users[i].Unknown = all.Users[i].Unknown
				}
				assert.Equal(t, all.Users, back.Users)
				assert.Equal(t, all.Departments, back.Departments)
			})
		}
	}
}

// One number or address in two fields is told once. That of the two a field is withheld makes it no second one.
func TestANumberInTwoFieldsIsNoChangeWhenOneOfThemIsWithheld(t *testing.T) {
	people := func(t *testing.T, vendor, more string) *directory.Snapshot {
		t.Helper()
		return taken(t, rowsOfVendors[vendor](t, more), directory.WalkOptions{})
	}
	without := func(s *directory.Snapshot, kind string) *directory.Snapshot {
		s.Header.Fields = slices.DeleteFunc(s.Header.Fields, func(name string) bool { return name == kind })
		return s
	}
	both := people(t, "dingtalk", `,"mobile":"13000000001","telephone":"13000000001"`)
	one := without(people(t, "dingtalk", `,"telephone":"13000000001"`), "phoneNumbers.mobile")
	assert.Empty(t, differences(t, both, one, directory.DiffOptions{}))
	assert.Empty(t, differences(t, one, both, directory.DiffOptions{}))

	both = people(t, "feishu", `,"enterprise_email":"a@example.org","email":"a@example.org"`)
	one = people(t, "feishu", `,"email":"a@example.org"`)
	assert.NotContains(t, one.Header.Fields, "emails.work")
	assert.Empty(t, differences(t, both, one, directory.DiffOptions{}))
	assert.Empty(t, differences(t, one, both, directory.DiffOptions{}))
	other := people(t, "feishu", `,"email":"b@example.org"`)
	assert.Equal(t, []string{"changed u1 emails"}, differences(t, both, other, directory.DiffOptions{}))
}
