package sim_test

import (
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGroupsOfTheOrganisation(t *testing.T) {
	org := sim.New().Organisation()
	for _, kind := range []sim.GroupKind{sim.Tag, sim.Role} {
		groups := org.Groups(kind)
		require.NotEmpty(t, groups)
		assert.Equal(t, groups, sim.New().Organisation().Groups(kind), "they are made from the seed")
		assert.Empty(t, groups[len(groups)-1].People, "one group is empty")
	}
	assert.NotEmpty(t, org.Groups(sim.Tag)[1].Departments)

	t.Run("who leaves the company leaves its groups", func(t *testing.T) {
		group := org.Groups(sim.Role)[0]
		gone := group.People[0]
		require.NoError(t, org.RemovePerson(gone))
		assert.Equal(t, group.People[1:], org.Groups(sim.Role)[0].People)
	})
	t.Run("what is not possible changes nothing", func(t *testing.T) {
		before := org.Groups(sim.Tag)
		_, err := org.AddGroup(sim.Group{Kind: sim.Tag, Name: before[0].Name})
		assert.ErrorIs(t, err, sim.ErrTaken)
		_, err = org.AddGroup(sim.Group{Kind: sim.Tag, Name: "新", People: []sim.PersonKey{1 << 30}})
		assert.ErrorIs(t, err, sim.ErrUnknown)
		_, err = org.AddGroup(sim.Group{Kind: sim.Role, Name: "新", Departments: []sim.DepartmentKey{1}})
		assert.ErrorIs(t, err, sim.ErrInvalid)
		err = org.UpdateGroup(before[0].Key, func(g *sim.Group) error {
			g.People = append(g.People, g.People[0])
			return nil
		})
		assert.ErrorIs(t, err, sim.ErrInvalid)
		assert.Equal(t, before, org.Groups(sim.Tag))
	})
	t.Run("changes", func(t *testing.T) {
		added, err := org.AddGroup(sim.Group{Kind: sim.Tag, Name: "新", People: []sim.PersonKey{1}})
		require.NoError(t, err)
		require.NoError(t, org.UpdateGroup(added.Key, func(g *sim.Group) error { g.Name = "旧"; return nil }))
		groups := org.Groups(sim.Tag)
		assert.Equal(t, "旧", groups[len(groups)-1].Name)
		require.NoError(t, org.RemoveGroup(added.Key))
		assert.ErrorIs(t, org.RemoveGroup(added.Key), sim.ErrUnknown)
	})
}
