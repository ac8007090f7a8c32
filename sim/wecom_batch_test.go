package sim_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type jobResult struct {
	Status     int    `json:"status"`
	Type       string `json:"type"`
	Total      int    `json:"total"`
	Percentage int    `json:"percentage"`
	Result     []struct {
		UserID  *string `json:"userid"`
		Action  *int    `json:"action"`
		PartyID *int64  `json:"partyid"`
		ErrCode *int    `json:"errcode"`
		ErrMsg  *string `json:"errmsg"`
	} `json:"result"`
}

func (c *corp) poll(job string) (jobResult, string) {
	c.Helper()
	var out jobResult
	got := c.contact.get("/batch/getresult", "jobid", job).ok()
	got.decode(&out)
	return out, got.text
}

// finish polls a job until it is done.
func (c *corp) finish(job string) jobResult {
	c.Helper()
	for range 3 {
		if r, _ := c.poll(job); r.Status == 3 {
			return r
		}
	}
	require.Fail(c, "the job does not end")
	return jobResult{}
}

func (c *corp) sync(file string, more map[string]any) string {
	c.Helper()
	body := map[string]any{"media_id": c.csv(file)}
	for k, v := range more {
		body[k] = v
	}
	return c.contact.post("/batch/syncuser", body).ok().str("jobid")
}

func TestWeComSyncBatchUser(t *testing.T) {
	c := newCorp(t)
	file := "\ufeff姓名,帐号,手机号,所在部门,职位,性别,是否部门内领导,排序,工号,没有的列\n" +
		"新人,new.one,13900001111," + id(c.full.WeComID) + ";1,会计,女,是;否,7;8,B-1,x\n" +
		"," + c.staff.UserID + ",,,总监,,,,,\n" +
		"重号,dup.one," + c.staff.Mobile.Number + ",1,,,,,,\n"
	job := c.sync(file, nil)
	assert.LessOrEqual(t, len(job), 64)

	c.contact.post("/batch/syncuser", map[string]any{"media_id": c.csv("姓名,帐号\n甲,jia")}).fails(302008)
	c.contact.post("/batch/replaceparty", map[string]any{"media_id": c.csv("部门名称,部门ID,父部门ID\n甲,7,1")}).fails(302008)

	started, text := c.poll(job)
	assert.Equal(t, jobResult{Status: 1, Type: "sync_user", Total: 3}, started)
	assert.NotContains(t, text, "result")
	running, text := c.poll(job)
	assert.Equal(t, 2, running.Status)
	assert.Contains(t, text, `"result":[{},{},{}]`)
	_, exists := c.srv.Organisation().FindPerson(sim.ByUserID, "new.one")
	assert.False(t, exists, "nothing is done before the job is done")

	done, _ := c.poll(job)
	assert.Equal(t, 3, done.Status)
	assert.Equal(t, 100, done.Percentage)
	require.Len(t, done.Result, 3)
	assert.Equal(t, []any{"new.one", 0, "ok"},
		[]any{*done.Result[0].UserID, *done.Result[0].ErrCode, *done.Result[0].ErrMsg})
	assert.Equal(t, 0, *done.Result[1].ErrCode)
	assert.Equal(t, []any{"dup.one", 60104, "mobile existed"},
		[]any{*done.Result[2].UserID, *done.Result[2].ErrCode, *done.Result[2].ErrMsg})
	again, _ := c.poll(job)
	assert.Equal(t, done, again)

	p := c.person("new.one")
	assert.Equal(t, sim.GenderFemale, p.Gender)
	require.Len(t, p.Memberships, 2)
	assert.True(t, p.Memberships[0].Leader)
	assert.Equal(t, int64(8), p.Memberships[1].Order)
	assert.Equal(t, []sim.Attribute{{Name: "工号", Text: "B-1"}}, p.Attributes)
	staff := c.person(c.staff.UserID)
	assert.Equal(t, "总监", staff.Position)
	assert.Equal(t, c.staff.Mobile, staff.Mobile, "an empty cell says nothing")
	assert.Len(t, c.srv.Organisation().People(), 61, "nobody was deleted")

	require.Len(t, c.srv.WeCom().Invited(), 1, "to_invite was left out, which means yes")
	assert.Equal(t, "new.one", c.srv.WeCom().Invited()[0].UserID)
	c.finish(c.sync("姓名,帐号,手机\n乙,yi,13900004444", map[string]any{"to_invite": false}))
	assert.Len(t, c.srv.WeCom().Invited(), 1)
}

func TestWeComReplaceBatchUser(t *testing.T) {
	c := newCorp(t)
	replace := func(keep int) reply {
		var b strings.Builder
		b.WriteString("姓名,账号\n")
		for _, p := range c.srv.Organisation().People()[:keep] {
			fmt.Fprintf(&b, "%s,%s\n", p.Name, p.UserID)
		}
		return c.contact.post("/batch/replaceuser", map[string]any{"media_id": c.csv(b.String()), "to_invite": false})
	}
	replace(9).fails(45026)  // 51 of 60 people: more than 50, and more than a fifth
	replace(11).fails(45026) // 49 of 60: fewer than 50, but more than four fifths
	job := replace(13).ok().str("jobid")
	c.finish(job)
	assert.Len(t, c.srv.Organisation().People(), 13)
	assert.Len(t, c.srv.Organisation().FormerPeople(), 47)
}

func TestWeComReplaceBatchParty(t *testing.T) {
	c := newCorp(t)
	org := c.srv.Organisation()
	departments := org.Departments()
	parent := func(d sim.Department) int64 {
		p, _ := org.Department(d.Parent)
		return p.WeComID
	}
	var rows []string
	for _, d := range departments[1:] {
		if d.Key == c.empty.Key || d.Key == c.full.Key {
			continue
		}
		name, up, order := d.Name, parent(d), ""
		if d.Key == departments[2].Key {
			name, order = "改名部", "5"
		}
		rows = append(rows, fmt.Sprintf("%s,%d,%d,%s", name, d.WeComID, up, order))
	}
	rows = append(rows, fmt.Sprintf("%s,%d,%d,0", c.full.Name, c.full.WeComID, parent(c.full)),
		"新部,4000000009,1,4294967295")
	job := c.contact.post("/batch/replaceparty",
		map[string]any{"media_id": c.csv("部门名称,部门ID,父部门ID,排序\n" + strings.Join(rows, "\n"))}).ok().str("jobid")
	got := c.finish(job)
	assert.Equal(t, "replace_party", got.Type)
	actions := map[int64]int{}
	for _, row := range got.Result {
		require.Equal(t, 0, *row.ErrCode, *row.ErrMsg)
		actions[*row.PartyID] = *row.Action
	}
	assert.Equal(t, 1, actions[4000000009], "created")
	assert.Equal(t, 2|8, actions[departments[2].WeComID], "renamed and reordered")
	assert.Equal(t, 0, actions[c.full.WeComID])
	_, exists := org.Department(c.empty.Key)
	assert.False(t, exists, "missing in the file and empty")
	_, exists = org.Department(c.full.Key)
	assert.True(t, exists)

	// Missing in the file, but not empty: it stays.
	job = c.contact.post("/batch/replaceparty",
		map[string]any{"media_id": c.csv("部门名称,部门ID,父部门ID,排序\n新部,4000000009,1,")}).ok().str("jobid")
	c.finish(job)
	_, exists = org.Department(c.full.Key)
	assert.True(t, exists)
	assert.Less(t, len(org.Departments()), len(departments))
}

func TestWeComImportFiles(t *testing.T) {
	c := newCorp(t)
	members := func(text string) reply {
		return c.contact.post("/batch/syncuser", map[string]any{"media_id": c.csv(text)})
	}
	members("only a heading,帐号\n").fails(40092)
	members("姓名,帐号\n甲,\n").fails(40092)
	members("姓名,帐号\n甲,\"jia\n").fails(40092)
	members("姓名,帐号\n\xff\xfe,jia\n").fails(40092)
	members("姓名,帐号,所在部门\n甲,jia,财务部\n").fails(40092) // departments are ids
	members("姓名,帐号,性别\n甲,jia,?\n").fails(40092)
	members("姓名,帐号\n甲,jia\n乙,JIA\n").fails(302003)

	parties := func(text string) reply {
		return c.contact.post("/batch/replaceparty", map[string]any{"media_id": c.csv("部门名称,部门ID,父部门ID\n" + text)})
	}
	parties("甲,x,1").fails(40092)
	parties(",").fails(40092)
	parties("甲,70,1\n乙,70,1").fails(302006)
	parties("甲,70,1\n甲,71,1").fails(302007)
	parties("甲,70,71\n乙,71,70").fails(302004)
	parties("甲,70,99").fails(302004)
	parties("集团,1,0\n甲,70,1").ok()
}

func TestWeComJobs(t *testing.T) {
	c := newCorp(t)
	first := ""
	for i := range 6 {
		job := c.sync(fmt.Sprintf("姓名,帐号,手机\n甲,u%d,1390000999%d", i, i), map[string]any{"to_invite": false})
		c.finish(job)
		if i == 0 {
			first = job
		}
	}
	c.contact.get("/batch/getresult", "jobid", first).fails(40089) // the last five are kept
	c.contact.get("/batch/getresult", "jobid", "x").fails(40088)
	c.contact.get("/batch/getresult").fails(40063)
	c.contact.post("/batch/syncuser", map[string]any{}).fails(41006)
	c.contact.post("/batch/syncuser", map[string]any{
		"media_id": c.csv("姓名,帐号\n甲,jia"),
		"callback": map[string]any{"url": "https://cb.example.org", "token": "t", "encodingaeskey": "short"},
	}).fails(40035)
}

func TestWeComMedia(t *testing.T) {
	c := newCorp(t)
	got := c.app.upload("file", "a.csv", []byte("姓名,帐号\n甲,jia\n")).ok()
	assert.Equal(t, "file", got.str("type"))
	assert.Equal(t, fmt.Sprint(c.clock.Now().Unix()), got.str("created_at"), "seconds, as text")
	media := got.str("media_id")

	c.app.upload("picture", "a.png", []byte("\x89PNG\r\n")).fails(40004)
	c.app.upload("image", "a.png", []byte("GIF89a")).fails(40005)
	c.app.upload("voice", "a.amr", []byte("#!AMR\n")).ok()
	c.app.upload("voice", "a.amr", append([]byte("#!AMR\n"), bytes.Repeat([]byte{0}, 2<<20)...)).fails(45001)
	c.app.upload("video", "a.mp4", []byte("\x00\x00\x00\x18ftypmp42")).ok()
	c.app.upload("file", "a", []byte("12345")).fails(44001)
	c.app.raw("POST", "/media/upload", map[string][]string{"access_token": {c.app.token}, "type": {"file"}},
		`{}`).fails(40035)

	// Another app of the corp may use it, for three days.
	c.clock.advance(3*24*time.Hour - time.Second)
	c.contact.token = c.contact.buy(c.srv.Credentials().WeCom.ContactSecret)
	job := c.contact.post("/batch/syncuser", map[string]any{"media_id": media, "to_invite": false}).ok().str("jobid")
	c.finish(job)
	c.clock.advance(time.Second)
	c.contact.post("/batch/syncuser", map[string]any{"media_id": media}).fails(40007)
}
