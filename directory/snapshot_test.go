package directory_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// afterHeader is a snapshot without the line that differs.
func afterHeader(snapshot []byte) string {
	_, rest, _ := strings.Cut(string(snapshot), "\n")
	return rest
}

func TestSnapshotsOfAnUnchangedCompanyAreTheSame(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(250), sim.WithDepartments(20))
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for vendor, v := range views(t, server, clock) {
		var first string
		for range 10 {
			var file bytes.Buffer
			counts, err := directory.WriteSnapshot(
				t.Context(),
				&file,
				v.directory,
				directory.SnapshotOptions{Company: "c", Time: at},
			)
			require.NoError(t, err, vendor)
			assert.Equal(t, directory.Counts{Departments: 20, Users: 250}, counts)
			if first == "" {
				first = afterHeader(file.Bytes())
			}
			require.Equal(t, first, afterHeader(file.Bytes()), vendor)
			s, err := directory.ReadSnapshot(&file)
			require.NoError(t, err)
			assert.Equal(t, vendor, s.Header.Vendor)
			assert.Equal(t, "c", s.Header.Company)
			assert.Equal(t, at, s.Header.Time)
			assert.Contains(t, s.Header.Fields, "departments.leader")
			assert.Len(t, s.Users, 250)
			for _, d := range s.Departments {
				assert.NotEmpty(t, d.Name)
				assert.NotEmpty(t, d.Path)
				if vendor != "wecom" {
					assert.NotNil(t, d.LeaderIDs)
				}
			}
		}
	}
}

func TestAChangeInTheCompanyIsSeen(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(60), sim.WithDepartments(8))
	all := views(t, server, clock)
	snapshots := func() map[string]*directory.Snapshot {
		taken := map[string]*directory.Snapshot{}
		for vendor, v := range all {
			var file bytes.Buffer
			_, err := directory.WriteSnapshot(t.Context(), &file, v.directory, directory.SnapshotOptions{})
			require.NoError(t, err)
			taken[vendor], err = directory.ReadSnapshot(&file)
			require.NoError(t, err)
		}
		return taken
	}
	before := snapshots()
	o := server.Organisation()
	var gone, titled sim.Person
	for _, p := range o.People() {
		if p.Status != sim.StatusActive || p.Founder || p.Admin {
			continue
		}
		leads := false
		for _, m := range p.Memberships {
			leads = leads || m.Leader
		}
		managed := false
		for _, other := range o.People() {
			managed = managed || other.Manager == p.Key
		}
		if !leads && !managed {
			gone, titled = titled, p
		}
	}
	require.NotZero(t, gone.Key)
	require.NoError(t, o.RemovePerson(gone.Key))
	require.NoError(t, o.UpdatePerson(titled.Key, func(p *sim.Person) error {
		p.Position = "something new"
		return nil
	}))
	after := snapshots()
	for vendor, v := range all {
		changes, err := directory.Diff(before[vendor], after[vendor], directory.DiffOptions{})
		require.NoError(t, err)
		got := map[string]directory.Change{}
		for c := range changes {
			got[c.ID] = c
		}
		require.Len(t, got, 2, vendor)
		assert.Equal(t, directory.Left, got[v.person(gone)].Kind, vendor)
		change := got[v.person(titled)]
		assert.Equal(t, directory.Changed, change.Kind, vendor)
		require.Len(t, change.Fields, 1)
		assert.Equal(
			t,
			directory.FieldChange{Field: "title", Old: titled.Position, New: "something new"},
			change.Fields[0],
			vendor,
		)
	}
}

func TestAWalkThatBreaksWritesNothing(t *testing.T) {
	c := big()
	c.fail["d49"] = &clients.Error{Kind: clients.KindUnavailable}
	folder := t.TempDir()
	var file bytes.Buffer
	_, err := directory.WriteSnapshot(t.Context(), &file, c, directory.SnapshotOptions{TempDir: folder})
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.Zero(t, file.Len())
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestWhatWasSkippedMakesAnotherSnapshot(t *testing.T) {
	c := big()
	take := func() *directory.Snapshot {
		var file bytes.Buffer
		_, err := directory.WriteSnapshot(t.Context(), &file, c, directory.SnapshotOptions{
			Walk: directory.WalkOptions{Skip: func(directory.Department, error) error { return nil }}})
		require.NoError(t, err)
		s, err := directory.ReadSnapshot(&file)
		require.NoError(t, err)
		return s
	}
	before := take()
	c.members["d7"] = nil
	c.fail["d7"] = &clients.Error{Kind: clients.KindPermission}
	after := take()
	assert.Equal(t, []string{"d7"}, after.Header.Scope.Skipped)
	_, err := directory.Diff(before, after, directory.DiffOptions{})
	assert.ErrorIs(t, err, directory.ErrRefused)
}

func TestAFullDiskIsAnError(t *testing.T) {
	_, err := directory.WriteSnapshot(t.Context(), full{}, big(), directory.SnapshotOptions{})
	assert.ErrorIs(t, err, errFull)
}

var errFull = errors.New("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
