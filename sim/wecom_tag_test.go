package sim_test

import (
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tagOnWire is a tag as WeCom shows it.
type tagOnWire struct {
	Name  string `json:"tagname"`
	Users []struct {
		UserID string `json:"userid"`
		Name   string `json:"name"`
	} `json:"userlist"`
	Parties []int64 `json:"partylist"`
}

func (c *corp) readTag(as *weComCaller, tagID int64) tagOnWire {
	c.Helper()
	var got tagOnWire
	as.get("/tag/get", "tagid", id(tagID)).ok().decode(&got)
	return got
}

// The company's groups of one kind are WeCom's tags, whoever made them.
func TestWeComTagsAreTheCompanysGroups(t *testing.T) {
	c := newCorp(t)
	org := c.srv.Organisation()
	groups := org.Groups(sim.Tag)
	require.NotEmpty(t, groups)
	var list struct {
		Tags []struct {
			ID   int64  `json:"tagid"`
			Name string `json:"tagname"`
		} `json:"taglist"`
	}
	c.contact.get("/tag/list").ok().decode(&list)
	require.Len(t, list.Tags, len(groups))
	for i, g := range groups {
		assert.Equal(t, g.Name, list.Tags[i].Name)
		got := c.readTag(c.contact, list.Tags[i].ID)
		assert.Equal(t, g.Name, got.Name)
		require.Len(t, got.Users, len(g.People))
		for j, key := range g.People {
			p, _ := org.Person(key)
			assert.Equal(t, p.UserID, got.Users[j].UserID)
			assert.Equal(t, p.Name, got.Users[j].Name)
		}
		assert.Len(t, got.Parties, len(g.Departments))
	}

	made, err := org.AddGroup(sim.Group{Kind: sim.Tag, Name: "别处", People: []sim.PersonKey{c.staff.Key}})
	require.NoError(t, err)
	got := c.readTag(c.app, int64(len(groups)+1))
	assert.Equal(t, "别处", got.Name)
	assert.Len(t, got.Users, 1)
	require.NoError(t, org.RemoveGroup(made.Key))
	c.app.get("/tag/get", "tagid", id(int64(len(groups)+1))).fails(40068)
	var again struct {
		ID int64 `json:"tagid"`
	}
	c.app.post("/tag/create", map[string]any{"tagname": "新的"}).ok().decode(&again)
	assert.Equal(t, int64(len(groups)+2), again.ID, "an id is not used twice")
}

// A tag belongs to the secret that made it.
func TestWeComTagWrites(t *testing.T) {
	c := newCorp(t)
	type m = map[string]any
	tagID := c.tag()
	got := c.contact.post("/tag/addtagusers", m{"tagid": tagID,
		"userlist":  []string{c.staff.UserID, "ghost", c.unbound.UserID, "tmp-17"},
		"partylist": []int64{c.full.WeComID, 77}}).ok()
	assert.Equal(t, "ghost|tmp-17", got.str("invalidlist"), "one text")
	assert.Equal(t, `[77]`, asJSON(t, got.body["invalidparty"]))
	clean := c.contact.post("/tag/addtagusers", m{"tagid": tagID, "userlist": []string{c.staff.UserID}}).ok()
	assert.NotContains(t, clean.body, "invalidlist")
	seen := c.readTag(c.app, tagID)
	require.Len(t, seen.Users, 2, "twice is once")
	assert.Equal(t, []int64{c.full.WeComID}, seen.Parties)

	for _, other := range []*weComCaller{c.app, c.provider} {
		other.post("/tag/addtagusers", m{"tagid": tagID, "userlist": []string{c.staff.UserID}}).fails(60011)
		other.post("/tag/deltagusers", m{"tagid": tagID, "userlist": []string{c.staff.UserID}}).fails(60011)
		other.post("/tag/update", m{"tagid": tagID, "tagname": "x"}).fails(60011)
		other.get("/tag/delete", "tagid", id(tagID)).fails(60011)
	}
	c.contact.post("/tag/addtagusers", m{"tagid": tagID}).fails(40035)
	c.contact.post("/tag/addtagusers", m{"tagid": tagID, "userlist": make([]string, 1001)}).fails(40035)
	c.contact.post("/tag/addtagusers", m{"tagid": tagID, "partylist": numbersTo(101)}).fails(40035)
	c.contact.post("/tag/create", m{"tagname": seen.Name}).fails(40071)
	c.contact.post("/tag/create", m{"tagname": "别的", "tagid": tagID}).fails(40068)
	c.contact.post("/tag/create", m{}).fails(41018)
	c.contact.post("/tag/create", m{"tagname": "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三"}).fails(40072)
	taken := c.srv.Organisation().Groups(sim.Tag)[0].Name
	c.contact.post("/tag/update", m{"tagid": tagID, "tagname": taken}).fails(40071)
	c.contact.get("/tag/get", "tagid", "x").fails(40068)
	c.contact.get("/tag/get").fails(41017)

	left := c.contact.post("/tag/deltagusers", m{"tagid": tagID, "userlist": []string{c.staff.UserID, "ghost"},
		"partylist": []int64{c.full.WeComID}}).ok()
	assert.Equal(t, "ghost", left.str("invalidlist"))
	seen = c.readTag(c.app, tagID)
	require.Len(t, seen.Users, 1)
	assert.Equal(t, c.unbound.UserID, seen.Users[0].UserID)
	assert.Empty(t, seen.Parties)
	c.contact.get("/tag/delete", "tagid", id(tagID)).ok()
	c.contact.get("/tag/delete", "tagid", id(tagID)).fails(40068)
}

// An app is told of the members in its visible range, and a visible range may hold tags.
func TestWeComTagsAndTheVisibleRange(t *testing.T) {
	c := newCorp(t)
	type m = map[string]any
	tagID := c.tag()
	c.contact.post("/tag/addtagusers", m{"tagid": tagID, "userlist": []string{c.staff.UserID, c.founder.UserID},
		"partylist": []int64{c.empty.WeComID}}).ok()
	c.srv.WeCom().LimitApps(nil, c.staff.Key)
	seen := c.readTag(c.app, tagID)
	require.Len(t, seen.Users, 1)
	assert.Equal(t, c.staff.UserID, seen.Users[0].UserID)
	assert.Empty(t, seen.Parties)
	assert.Len(t, c.readTag(c.contact, tagID).Users, 2)
	own := c.app.post("/tag/create", m{"tagname": "应用的"}).ok().body["tagid"]
	got := c.app.post("/tag/addtagusers", m{"tagid": own, "userlist": []string{c.founder.UserID, c.staff.UserID}}).ok()
	assert.Equal(t, c.founder.UserID, got.str("invalidlist"), "out of sight")

	var key sim.GroupKey
	for _, g := range c.srv.Organisation().Groups(sim.Tag) {
		if g.Name == c.readTag(c.contact, tagID).Name {
			key = g.Key
		}
	}
	c.srv.WeCom().LimitApps(nil)
	c.srv.WeCom().AllowTags(key)
	c.app.get("/user/get", "userid", c.founder.UserID).ok()
	c.app.get("/user/get", "userid", c.unbound.UserID).fails(60011)
	c.app.get("/department/get", "id", id(c.empty.WeComID)).ok()
	c.app.get("/department/get", "id", id(c.full.WeComID)).fails(60011)
	var agent struct {
		Tags struct {
			IDs []int64 `json:"tagid"`
		} `json:"allow_tags"`
	}
	c.app.get("/agent/get", "agentid", "1000002").ok().decode(&agent)
	assert.Equal(t, []int64{tagID}, agent.Tags.IDs)
}
