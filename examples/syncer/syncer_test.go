package syncer

import (
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a vendor tells now and did not tell before, such as that an account is disabled, is put, and what it does not
// tell any more stays.
func TestWhatWasNotKnownIsPut(t *testing.T) {
	old := &directory.Snapshot{Header: directory.Header{Fields: []string{"displayName", "status", "title"}},
		Users: []directory.User{
			{ID: "a", DisplayName: "A", Title: "chief"},
			{ID: "b", DisplayName: "B", Status: directory.StatusActive},
		}}
	now := &directory.Snapshot{Header: directory.Header{Fields: []string{"displayName", "status"}},
		Users: []directory.User{
			{ID: "a", DisplayName: "A", Status: directory.StatusDisabled},
			{ID: "b", DisplayName: "B"},
		}}
	changes, err := directory.Diff(old, now, directory.DiffOptions{Learned: true})
	require.NoError(t, err)
	p := plan{users: set{}, departments: set{}, added: set{}, renamed: set{}}
	next := directory.Apply(old, changes)
	for c := range changes {
		p.change(c)
	}
	assert.Equal(t, set{"a": true}, p.users)
	assert.Equal(t, []directory.User{
		{ID: "a", DisplayName: "A", Title: "chief", Status: directory.StatusDisabled},
		{ID: "b", DisplayName: "B", Status: directory.StatusActive},
	}, next.Users)
}
