package sim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDingTalkSearch(t *testing.T) {
	c := newDingCorp(t, sim.WithoutQuotas())
	search := func(word string, offset, size int, extra ...any) dingReply {
		body := map[string]any{"queryWord": word, "offset": offset, "size": size}
		if extra != nil {
			body["fullMatchField"] = extra[0]
		}
		return c.app.newHost("/v1.0/contact/users/search", nil, body)
	}
	family := string([]rune(c.staff.Name)[:1])
	var want, got []string
	for _, p := range c.srv.Organisation().People() {
		if strings.Contains(p.Name, family) {
			want = append(want, p.UserID)
		}
	}
	for offset := 0; ; offset++ {
		var page struct {
			More  bool     `json:"hasMore"`
			Total int      `json:"totalCount"`
			List  []string `json:"list"`
		}
		search(family, offset, 1).done().decode(&page)
		assert.Equal(t, len(want), page.Total)
		got = append(got, page.List...)
		if !page.More {
			break
		}
	}
	assert.Equal(t, want, got)
	assert.Contains(t, search(c.staff.Name, 0, 100, 1).done().body["list"], c.staff.UserID)
	assert.Equal(t, []any{}, search(family, 0, 100, 1).done().body["list"], "nobody is called so")
	search(family, -1, 10).refused(400, "invalidParameter.param.invalid")
	search(family, 0, 0).refused(400, "invalidParameter.param.invalid")

	c.app.newHost("/v1.0/contact/departments/search", nil,
		map[string]any{"queryWord": "a", "offset": -1, "size": 10}).refused(400, "invalidParameter.param.invalid")
	found := c.app.newHost("/v1.0/contact/departments/search", nil,
		map[string]any{"queryWord": "空部", "offset": 0, "size": 10}).done()
	assert.Equal(t, []any{json.Number(id(c.empty.DingTalkID))}, found.body["list"])
}

func TestDingTalkLeaveRecords(t *testing.T) {
	c := newDingCorp(t, sim.WithoutQuotas())
	var want []string
	for _, p := range c.srv.Organisation().People()[3:8] {
		want = append(want, p.UserID)
		require.NoError(t, c.srv.Organisation().RemovePerson(p.Key))
	}
	left := c.clock.Now()
	c.clock.advance(time.Hour)
	list := func(query map[string][]string) dingReply {
		return c.app.newHost("/v1.0/contact/empLeaveRecords", query, nil)
	}
	start := []string{left.Add(-time.Minute).Format(time.RFC3339)}
	var got []string
	for token, pages := "0", 0; ; pages++ {
		require.Less(t, pages, 4)
		var page struct {
			Next    *string `json:"nextToken"`
			Records []struct {
				UserID string `json:"userId"`
				Time   string `json:"leaveTime"`
			} `json:"records"`
		}
		list(map[string][]string{"startTime": start, "maxResults": {"2"}, "nextToken": {token}}).done().decode(&page)
		for _, record := range page.Records {
			got = append(got, record.UserID)
			assert.Equal(t, left.Format(time.RFC3339), record.Time)
		}
		if page.Next == nil {
			break
		}
		token = *page.Next
	}
	assert.Equal(t, want, got)
	assert.Empty(t, list(map[string][]string{"startTime": {left.Add(time.Minute).Format(time.RFC3339)},
		"maxResults": {"50"}}).done().body["records"])
	assert.Empty(t, list(map[string][]string{"startTime": {left.Add(-time.Hour).Format(time.RFC3339)},
		"endTime": {left.Add(-time.Minute).Format(time.RFC3339)}, "maxResults": {"50"}}).done().body["records"])

	for name, query := range map[string]map[string][]string{
		"no start":   {"maxResults": {"50"}},
		"bad start":  {"startTime": {"yesterday"}, "maxResults": {"50"}},
		"bad end":    {"startTime": start, "endTime": {"now"}, "maxResults": {"50"}},
		"too long":   {"startTime": {left.AddDate(-1, 0, -2).Format(time.RFC3339)}, "maxResults": {"50"}},
		"no size":    {"startTime": start},
		"too many":   {"startTime": start, "maxResults": {"51"}},
		"made up":    {"startTime": start, "maxResults": {"50"}, "nextToken": {"DCCD7A656F"}},
		"not so far": {"startTime": start, "maxResults": {"50"}, "nextToken": {"7"}},
	} {
		t.Run(name, func(t *testing.T) { list(query).refused(400, "invalidParameter.param.invalid") })
	}
}
