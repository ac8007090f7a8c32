package sim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The maps of getUserV1 look like JSON and are not.
func TestDingTalkUserV1OnTheWire(t *testing.T) {
	srv := simtest.Serve(t, sim.WithoutQuotas())
	c := dingInternal(t, srv)
	org := srv.Organisation()
	seen := map[string]int{}
	for _, p := range org.People()[:300] {
		r := c.get("/user/get", "userid", p.UserID).fine()
		u := r.body
		assert.Equal(t, p.DingTalkUnionID, u["unionid"], "lower case here")
		assert.Equal(t, p.Name, u["name"])
		assert.Equal(t, p.Status != sim.StatusNotActivated, u["active"])
		assert.Equal(t, p.Founder, u["isBoss"])
		assert.Equal(t, p.Email, u["email"], "empty and not absent")
		assert.Equal(t, p.AvatarURL, u["avatar"])
		if manager, ok := org.Person(p.Manager); ok {
			assert.Equal(t, manager.UserID, u["managerUserid"])
		} else {
			assert.NotContains(t, u, "managerUserid")
		}
		if p.CorpEmail == "" {
			assert.NotContains(t, u, "orgEmail")
		}
		if p.Hired.IsZero() {
			assert.NotContains(t, u, "hiredDate")
		} else {
			millis, err := u["hiredDate"].(json.Number).Int64()
			require.NoError(t, err)
			china := time.UnixMilli(millis).In(time.FixedZone("", 8*3600))
			assert.Equal(t, p.Hired.Format(time.DateOnly)+" 00:00:00", china.Format(time.DateTime), "midnight in China")
		}
		if p.Mobile.Number == "" {
			assert.NotContains(t, u, "mobile")
		} else {
			assert.Equal(t, p.Mobile.Number, u["mobile"])
			assert.Equal(t, p.Mobile.Country, u["stateCode"])
		}

		orders, leads := map[int64]int64{}, map[int64]bool{}
		var departments []any
		for _, m := range p.Memberships {
			d, _ := org.Department(m.Department)
			departments = append(departments, json.Number(id(d.DingTalkID)))
			leads[d.DingTalkID] = m.Leader
			if m.DingTalkOrder != 0 {
				orders[d.DingTalkID] = m.DingTalkOrder
				assert.Greater(t, m.DingTalkOrder, int64(1<<53))
			}
		}
		assert.Equal(t, departments, u["department"], "an array of numbers")
		text := u["orderInDepts"].(string)
		switch {
		case text == "" || text == "{}":
			assert.Empty(t, orders)
			seen["orderInDepts "+text]++
		default:
			assert.False(t, json.Valid([]byte(text)), text)
			var got wire.DeptInts
			require.NoError(t, json.Unmarshal([]byte(`"`+text+`"`), &got))
			assert.Equal(t, wire.DeptInts(orders), got, "to the last digit")
		}
		var gotLeads wire.DeptBools
		require.NoError(t, json.Unmarshal([]byte(`"`+u["isLeaderInDepts"].(string)+`"`), &gotLeads))
		assert.Equal(t, wire.DeptBools(leads), gotLeads)
		if strings.Contains(u["isLeaderInDepts"].(string), ", ") {
			seen["blank behind the comma"]++
		}

		switch u["extattr"].(type) {
		case nil:
			assert.Empty(t, p.Attributes)
			seen["no extattr"]++
		case string:
			seen["extattr as text"]++
		case map[string]any:
			seen["extattr as object"]++
		}
		var attributes struct {
			ExtAttr wire.StringMap `json:"extattr"`
		}
		r.decode(&attributes)
		assert.Len(t, attributes.ExtAttr, len(p.Attributes))

		for _, name := range []string{"position", "jobnumber", "tel", "remark", "workPlace", "realAuthed", "tags",
			"roles"} {
			if value, ok := u[name]; !ok {
				seen["no "+name]++
			} else if value == "" {
				seen["empty "+name]++
			}
		}
		if roles, ok := u["roles"].([]any); ok {
			for _, role := range roles {
				kind, ok := role.(map[string]any)["type"]
				assert.True(t, ok)
				if kind == nil {
					seen["role of type null"]++
				}
			}
		}
		if strings.Contains(r.text, `\/`) {
			seen["escaped slashes"]++
		}
	}
	for _, oddity := range []string{
		"orderInDepts ", "orderInDepts {}", "blank behind the comma", "no extattr", "extattr as text",
		"extattr as object",
		"no position", "empty position", "no jobnumber", "empty jobnumber", "no tel", "empty tel", "no remark",
		"empty remark",
		"no workPlace", "empty workPlace", "no realAuthed", "no tags", "no roles", "role of type null",
		"escaped slashes",
	} {
		assert.Positive(t, seen[oddity], oddity)
	}
}

func TestDingTalkUserV2OnTheWire(t *testing.T) {
	srv := simtest.Serve(t, sim.WithoutQuotas())
	c := dingInternal(t, srv)
	org := srv.Organisation()
	seen := map[string]int{}
	for _, p := range org.People()[:300] {
		r := c.post("/topapi/v2/user/get", map[string]any{"userid": p.UserID}).fine()
		u := r.result()
		assert.Equal(t, p.DingTalkUnionID, u["unionid"])
		assert.Equal(t, p.Status != sim.StatusNotActivated, u["active"])
		assert.Equal(t, p.Admin, u["admin"])
		var typed struct {
			Result struct {
				Departments []int64 `json:"dept_id_list"`
				Orders      []struct {
					DeptID int64 `json:"dept_id"`
					Order  int64 `json:"order"`
				} `json:"dept_order_list"`
				Leads []struct {
					DeptID int64 `json:"dept_id"`
					Leader bool  `json:"leader"`
				} `json:"leader_in_dept"`
				Extension string `json:"extension"`
			} `json:"result"`
		}
		r.decode(&typed)
		sorted := 0
		for i, m := range p.Memberships {
			d, _ := org.Department(m.Department)
			assert.Equal(t, d.DingTalkID, typed.Result.Departments[i])
			assert.Equal(t, d.DingTalkID, typed.Result.Leads[i].DeptID)
			assert.Equal(t, m.Leader, typed.Result.Leads[i].Leader)
			if m.DingTalkOrder != 0 {
				assert.Equal(t, m.DingTalkOrder, typed.Result.Orders[sorted].Order)
				sorted++
			}
		}
		assert.Len(t, typed.Result.Orders, sorted)
		if len(p.Attributes) > 0 {
			var attributes map[string]string
			require.NoError(t, json.Unmarshal([]byte(typed.Result.Extension), &attributes), "text that holds JSON")
			assert.Len(t, attributes, len(p.Attributes))
		}
		if p.Status == sim.StatusDisabled {
			assert.Equal(t, true, u["disable_status"])
		} else {
			assert.NotContains(t, u, "disable_status")
		}
		for name, value := range map[string]string{"email": p.Email, "work_place": p.WorkPlace, "remark": p.Remark,
			"org_email": p.CorpEmail} {
			if value == "" {
				assert.NotContains(t, u, name, "absent if empty")
			} else {
				assert.Equal(t, value, u[name])
			}
		}
		for _, name := range []string{"avatar", "telephone", "job_number", "title", "role_list", "union_emp_ext",
			"create_time", "dept_position_list", "hired_date", "manager_userid"} {
			if value, ok := u[name]; !ok {
				seen["no "+name]++
			} else if value == "" {
				seen["empty "+name]++
			} else {
				seen[name]++
			}
		}
	}
	for _, oddity := range []string{
		"no avatar", "empty avatar", "no telephone", "empty telephone", "no job_number", "empty job_number", "no title",
		"empty title",
		"no role_list", "role_list", "no union_emp_ext", "union_emp_ext", "create_time", "dept_position_list",
		"no hired_date", "no manager_userid",
	} {
		assert.Positive(t, seen[oddity], oddity)
	}
}
