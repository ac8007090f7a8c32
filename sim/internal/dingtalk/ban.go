package dingtalk

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// banTime is how long an address is banned that called too often.
const banTime = 5 * time.Minute

const banPage = `<!DOCTYPE html><html><head><meta ` +
	`charset="utf-8"><title>访问被拒绝</title></head><body>请求过于频繁，请稍后再试</body></html>`

// Ban is what DingTalk answers to everything that a banned IP address asks: neither has an errcode. The zero value is a
// notice in JSON. The HTTP status is not documented. 10,000 calls within 20 seconds lead to a ban by themselves;
// WithQuota sets another limit for the name "address" in place of an operation's.
type Ban struct {
	HTML   bool // a page in place of the notice
	Status int  // 403 by default for the notice, 200 for the page
}

// Error makes the ban a failure that refuse can write.
func (b Ban) Error() string { return "the address is banned" }

// checkAddress counts the calls of an IP address, refused ones included.
func (k *Vendor) checkAddress(c *desk.Call) error {
	k.mu.Lock()
	ban, until := k.ban, k.banned
	k.mu.Unlock()
	if c.Now.Before(until) {
		return ban
	}
	limits := k.desk.QuotasFor(Name, "address",
		[]desk.Quota{{Requests: 10_000, Window: 20 * time.Second, Block: banTime}})
	if _, ok := k.desk.Quotas.Take("dingtalk address "+c.Caller, c.Now, limits); !ok {
		return Ban{}
	}
	return nil
}

// writeBan answers a banned caller.
func (k *Vendor) writeBan(out http.ResponseWriter, ban Ban) {
	if ban.HTML {
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		out.WriteHeader(cmp.Or(ban.Status, http.StatusOK))
		fmt.Fprint(out, banPage)
		return
	}
	out.Header().Set("Content-Type", "application/json")
	desk.WriteJSON(out, cmp.Or(ban.Status, http.StatusForbidden), dingtalkserver.BanNotice{
		Status: 1111, Wait: new(int64(5)), Source: new("x5"), Punish: new("deny"),
		UUID: new(company.DeriveText(k.desk.Seed, "dingtalk ban", k.next(), company.HexDigits, 32)),
	})
}
