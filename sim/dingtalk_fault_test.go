package sim_test

import (
	"testing"
	"time"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
)

func TestDingTalkWordsFaults(t *testing.T) {
	c := newDingCorp(t, sim.WithoutQuotas())
	plain, top, newHost := dingPlaces(c.app, c.staff.UserID)
	inject := func(f sim.Fault) {
		for _, operation := range []string{"getUserV1", "getUserV2", "searchUsers"} {
			f.Times = 1
			c.srv.Inject(sim.VendorDingTalk, operation, f)
		}
	}
	inject(sim.Fault{Kind: sim.FaultTokenRevoked})
	plain().errs(40014)
	top().gateway("40014")
	newHost().refused(400, "InvalidAuthentication")
	plain().fine() // the token itself is good

	inject(sim.Fault{Kind: sim.FaultThrottled})
	assert.Contains(t, plain().errs(90018).str("errmsg"), "2026-03-02 17:00:01")
	assert.Empty(t, top().gateway("90018").header.Get("Retry-After"))
	newHost().refused(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi")
	inject(sim.Fault{Kind: sim.FaultThrottled, RetryAfter: 3 * time.Second})
	assert.Contains(t, plain().errs(90018).str("errmsg"), "2026-03-02 17:00:03")
	assert.Equal(t, "3", top().gateway("90018").header.Get("Retry-After"))
	newHost()

	inject(sim.Fault{Kind: sim.FaultVendorError, Code: "90002"})
	assert.Contains(t, plain().errs(90002).str("errmsg"), "处罚将在 2026-03-02 17:00:01 结束")
	top().gateway("90002")
	newHost().refused(403, "Forbidden.AccessDenied.QpsLimitForApi")
	inject(sim.Fault{Kind: sim.FaultVendorError, Code: "60121", Message: "nobody"})
	assert.Equal(t, "nobody", plain().errs(60121).str("errmsg"))
	top().errs(60121)
	newHost().refused(500, "unknownError")
	inject(sim.Fault{Kind: sim.FaultVendorError})
	plain().errs(-1)
	top().errs(-1)
	newHost().refused(503, "system.busy")
	inject(sim.Fault{Kind: sim.FaultVendorError, Code: "isp.-1"})
	plain().errs(15)
	backend := top()
	assert.Equal(t, 15, backend.code())
	assert.Equal(t, "isp.-1", backend.str("sub_code"))
	assert.Equal(t, "Remote service error[subcode=isp.-1,submsg=system busy]", backend.str("errmsg"))
	newHost()
	inject(sim.Fault{Kind: sim.FaultVendorError, Code: "system.error"})
	plain()
	top()
	newHost().refused(500, "system.error")
	inject(sim.Fault{Kind: sim.FaultVendorError, Code: "1111"})
	plain().banned(403)
	top().banned(403)
	newHost().banned(403)
}

func TestDingTalkFaultsKeepWhatTheySay(t *testing.T) {
	for _, kind := range sim.FaultKinds() {
		switch kind {
		case sim.FaultHang, sim.FaultSlowBody, sim.FaultResetBefore, sim.FaultResetAfter, sim.FaultRedirect:
			continue // the same code for all vendors
		}
		t.Run(string(kind), func(t *testing.T) {
			c := newDingCorp(t)
			c.srv.Inject(sim.VendorDingTalk, "deleteUserV2", sim.Fault{Kind: kind, Times: 1, Bytes: 1000})
			got := c.app.post("/topapi/v2/user/delete", dingObject{"userid": c.staff.UserID})
			_, here := c.srv.Organisation().FindPerson(sim.ByUserID, c.staff.UserID)
			switch kind {
			case sim.FaultTruncated, sim.FaultOversize, sim.FaultContentType, sim.FaultRepeatCursor,
				sim.FaultExtraField, sim.FaultChangedType, sim.FaultMovePerson:
				assert.False(t, here, "the request took effect")
			default:
				assert.True(t, here, "the request had no effect")
				assert.NotEqual(t, 0, got.code())
			}
		})
	}
}

func TestDingTalkChangedTypeLeavesTheEnvelope(t *testing.T) {
	c := newDingCorp(t)
	c.srv.Inject(sim.VendorDingTalk, "*", sim.Fault{Kind: sim.FaultChangedType})
	got := c.app.post("/topapi/v2/user/get", dingObject{"userid": c.staff.UserID}).fine()
	assert.IsType(t, []any{}, got.body["result"])
	c.app.get("/user/get", "userid", c.staff.UserID).fine()
}

func TestDingTalkRepeatedCursor(t *testing.T) {
	srv := simtest.Serve(t, sim.WithDepartments(1), sim.WithPeople(30), sim.WithoutQuotas())
	c := dingInternal(t, srv)
	srv.Inject(sim.VendorDingTalk, "listDepartmentUsersV2", sim.Fault{Kind: sim.FaultRepeatCursor})
	cursor := any(0)
	for range 4 {
		page := c.post("/topapi/v2/user/list", dingObject{"dept_id": 1, "cursor": cursor, "size": 20}).fine().result()
		assert.Equal(t, true, page["has_more"])
		assert.Equal(t, "20", page["next_cursor"].(interface{ String() string }).String(),
			"also where the last page would have none")
		cursor = page["next_cursor"]
	}
}

func TestDingTalkMovedInMidWalk(t *testing.T) {
	c := newDingCorp(t)
	c.srv.Inject(sim.VendorDingTalk, "listDepartmentUsersV1",
		sim.Fault{Kind: sim.FaultMovePerson, Person: c.staff.UserID, To: c.empty.Key, Times: 1})
	before := c.app.get("/user/getDeptMember", "deptId", id(c.full.DingTalkID)).fine()
	assert.Contains(t, before.body["userIds"], c.staff.UserID)
	list := c.app.get("/user/listbypage", "department_id", id(c.full.DingTalkID), "offset", "0", "size", "100").fine()
	assert.NotContains(t, list.text, `"`+c.staff.UserID+`"`)
	assert.Equal(t, c.empty.Key, c.person(c.staff.UserID).MainDepartment)
}

func TestDingTalkEqualSimulatorsAnswerEqually(t *testing.T) {
	answers := func() []string {
		c := newDingCorp(t)
		plain, top, newHost := dingPlaces(c.app, c.staff.UserID)
		return []string{c.app.token, plain().text, top().text, newHost().text,
			c.app.post("/topapi/v2/department/listsub", dingObject{}).text}
	}
	first := answers()
	assert.Equal(t, first, answers())
}
