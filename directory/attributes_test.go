package directory_test

import (
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// WPS tells the company's own fields by a call of their own, fifty people at a time.
func TestWPSsOwnFieldsOfTheCompany(t *testing.T) {
	for name, options := range map[string][]sim.Option{
		"public cloud": nil, "private deployment": {sim.WithWPSPrivateDeployment()},
	} {
		t.Run(name, func(t *testing.T) {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, append(options, sim.WithClock(clock.Now), sim.WithPeople(130),
				sim.WithDepartments(6))...)
			c := open(t, server, clock).wps
			people := server.Organisation().People()
			who, other := people[3], people[4]
			_, err := c.BatchUpdateUserCustomAttrs(t.Context(), nil, &wpsapi.BatchUpdateUserCustomAttrsRequest{
				Users: []wpsapi.UserCustomAttrsInput{
					{UserID: who.WPSUserID, CustomAttrs: []wpsapi.CustomAttrValueInput{
						{AttrID: "at-2", Text: new("3F-021")}, {AttrID: "at-4", Option: new("n")},
						{AttrID: "at-5", RelationUser: &other.WPSUserID},
					}}},
			})
			require.NoError(t, err)
			d := directory.WPS(c)
			for _, u := range walkedUsers(t, d, directory.WalkOptions{}) {
				require.Nil(t, u.Attributes, "lists do not tell them")
			}
			all := walkedUsers(t, d, directory.WalkOptions{Details: true})
			for _, u := range all {
				require.NotNil(t, u.Attributes)
			}
			own := all[who.WPSUserID].Attributes
			assert.Equal(t, "3F-021", own["工位"])
			assert.Equal(t, "夜班", own["班次"], "the option's name, and not its key")
			assert.Equal(t, other.WPSUserID, own["导师"])
			assert.LessOrEqual(t, server.Calls("wps", "batchReadUserCustomAttrs"), 6+130/50)
			assert.Equal(t, 1, server.Calls("wps", "batchReadCustomAttrDefs"))
		})
	}
}

// Without the permission for them they are not known, and that is no error.
func TestOwnFieldsWithoutPermission(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(20), sim.WithDepartments(4),
		sim.WithWPSScopes("kso.contact.read"))
	for _, u := range walkedUsers(t, directory.WPS(open(t, server, clock).wps), directory.WalkOptions{Details: true}) {
		assert.Nil(t, u.Attributes)
	}
}
