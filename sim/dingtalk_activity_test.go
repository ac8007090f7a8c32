package sim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDingTalkInactiveUsers(t *testing.T) {
	c := newDingCorp(t) // the clock stands at 2 March 2026, 17:00 in China
	walk := func(path string, body map[string]any) (ids []string) {
		for offset := 0; ; offset += 7 {
			body["offset"], body["size"] = offset, 7
			r := c.app.post(path, body).fine()
			for _, userID := range r.result()["list"].([]any) {
				ids = append(ids, userID.(string))
			}
			next, more := r.result()["next_cursor"]
			if path == "/topapi/inactive/user/v2/get" && r.result()["has_more"] == true {
				assert.Equal(t, fmt.Sprint(offset+7), fmt.Sprint(next))
			} else {
				assert.False(t, more, "no next_cursor")
			}
			if r.result()["has_more"] == false {
				return ids
			}
		}
	}
	absent := walk("/topapi/inactive/user/get", map[string]any{"query_date": "20260228"})
	present := walk("/topapi/inactive/user/v2/get", map[string]any{"query_date": "20260228", "is_active": true})
	assert.Equal(t, absent, walk("/topapi/inactive/user/v2/get",
		map[string]any{"query_date": "20260228", "is_active": false}))
	var everybody []string
	for _, p := range c.srv.Organisation().People() {
		everybody = append(everybody, p.UserID)
	}
	assert.ElementsMatch(t, everybody, append(append([]string{}, absent...), present...))
	assert.Contains(t, absent, c.inactive.UserID)
	assert.NotEqual(t, absent, walk("/topapi/inactive/user/get", map[string]any{"query_date": "20260227"}))

	inDepartment := walk("/topapi/inactive/user/v2/get",
		map[string]any{"query_date": "20260228", "is_active": true, "dept_ids": id(c.full.DingTalkID)})
	for _, userID := range inDepartment {
		_, in := new(c.person(userID)).In(c.full.Key)
		assert.True(t, in)
	}
	assert.Less(t, len(inDepartment), len(present))

	bad := func(change map[string]any) {
		body := map[string]any{"query_date": "20260228", "is_active": true, "offset": 0, "size": 100}
		for name, value := range change {
			body[name] = value
		}
		c.app.post("/topapi/inactive/user/v2/get", body).errs(400002)
	}
	bad(map[string]any{"size": 101})
	bad(map[string]any{"offset": -1})
	bad(map[string]any{"query_date": "20260303"}) // tomorrow
	bad(map[string]any{"query_date": "20260201"}) // more than a month ago
	bad(map[string]any{"dept_ids": "77"})
	bad(map[string]any{"dept_ids": "[1]"})
	c.app.post("/topapi/inactive/user/v2/get",
		map[string]any{"query_date": "20260202", "is_active": true, "offset": 0, "size": 100}).fine()
}
