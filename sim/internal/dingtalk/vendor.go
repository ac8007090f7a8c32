package dingtalk

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
	"github.com/roster-go/roster/wire"
)

// Name is the name of the vendor, and the first part of its paths.
const Name = "dingtalk"

// Vendor is DingTalk's part of the simulator. It implements dingtalkserver.StrictServerInterface, so that an operation
// of the document that is missing here does not compile.
type Vendor struct {
	desk    *desk.Desk
	config  Config
	handler http.Handler
	bodies  map[string]bodyShape             // by operationId in lower case
	methods map[string]string                // HTTP method by path
	texts   map[dingtalkapi.ErrorCode]string // errmsg by errcode
	newHost map[dingtalkapi.ErrorCode]string // code of the new host by errcode

	consents  *desk.Codes[consent] // authorization codes
	refreshes *desk.Codes[consent] // refresh tokens

	// mu guards what follows and is never held while another lock is taken.
	mu          sync.Mutex
	serial      int
	ticket      string                               // the newest suite ticket
	banned      time.Time                            // all callers are banned until then
	ban         Ban                                  // what they see
	withdrawn   map[string]bool                      // permission points that the apps do not have
	departments []company.DepartmentKey              // contact scope of the apps
	people      []company.PersonKey                  // contact scope: single people
	whole       bool                                 // contact scope is the whole corp
	codes       map[string]login                     // by login code
	profiles    map[company.PersonKey]userProfile    // what only DingTalk knows of a person
	settings    map[company.DepartmentKey]department // what only DingTalk knows of a department

	signedIn   map[string]consent // by user token
	roleGroups []roleGroup        // the first is that of the vendor's own roles
	roleHomes  map[company.GroupKey]int64
	roleScopes map[roleScope][]company.DepartmentKey
	joining    []string // ids of those who are to join
	hidden     settings[dingtalkserver.HideSetting]
	restricted settings[dingtalkserver.Restriction]
	fieldRules settings[dingtalkserver.AttributeVisibility]
}

var (
	_ dingtalkserver.StrictServerInterface = (*Vendor)(nil)
	_ desk.PathOwner                       = (*Vendor)(nil)
)

// New makes DingTalk's part of the simulator.
func New(d *desk.Desk, config Config) *Vendor {
	k := &Vendor{
		desk:      d,
		config:    config,
		bodies:    bodies(),
		methods:   make(map[string]string),
		texts:     errorTexts(),
		newHost:   newHostCodes(),
		ticket:    Demo().SuiteTicket,
		withdrawn: make(map[string]bool),
		whole:     true,
		codes:     make(map[string]login),
		profiles:  make(map[company.PersonKey]userProfile),
		settings:  make(map[company.DepartmentKey]department),

		consents:   desk.NewCodes[consent](d.Seed, "dingtalk authorization code", 32, consentLife),
		refreshes:  desk.NewCodes[consent](d.Seed, "dingtalk refresh token", 32, refreshLife),
		signedIn:   make(map[string]consent),
		roleGroups: roleGroups(),
		roleHomes:  make(map[company.GroupKey]int64),
		roleScopes: make(map[roleScope][]company.DepartmentKey),
		hidden:     newSettings[dingtalkserver.HideSetting](2277001),
		restricted: newSettings[dingtalkserver.Restriction](1001),
		fieldRules: newSettings[dingtalkserver.AttributeVisibility](10001),
	}
	for _, op := range k.Operations() {
		k.methods["/"+Name+op.Path] = op.Method
	}
	strict := dingtalkserver.NewStrictHandlerWithOptions(k, nil, dingtalkserver.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  k.Refuse,
		ResponseErrorHandlerFunc: k.Refuse,
	})
	k.handler = dingtalkserver.HandlerWithOptions(strict, dingtalkserver.StdHTTPServerOptions{
		BaseURL:          "/" + Name + k.Base(),
		ErrorHandlerFunc: k.Refuse,
	})
	return k
}

// Name is the vendor's name, the first part of its paths.
func (k *Vendor) Name() string { return Name }

// Base is empty: both hosts are served below one prefix, and their paths tell them apart.
func (k *Vendor) Base() string { return "" }

// Operations returns what the document says.
func (k *Vendor) Operations() []*wire.Operation { return dingtalkapi.Operations() }

// RefusesUnknownPaths marks a vendor whose answer to paths that it does not have is known.
func (k *Vendor) RefusesUnknownPaths() {}

// Words names the members of answers that faults change.
func (k *Vendor) Words() desk.Words {
	return desk.Words{
		Envelope: []string{"errcode", "errmsg", "request_id", "sub_code", "sub_msg"},
		Cursor:   []string{"next_cursor", "nextToken", "nextCursor"},
		More:     []string{"has_more", "hasMore"},
		Opens:    dingtalkapi.FieldAccess(),
	}
}

// Failure words a fault as DingTalk does; refuse puts it into the envelope of the operation that it strikes.
func (k *Vendor) Failure(f desk.Fault) error {
	switch f.Kind {
	case desk.FaultTokenRevoked:
		return refusal{code: dingtalkapi.ErrorCodeInvalidAccessToken}
	case desk.FaultThrottled:
		return refusal{code: dingtalkapi.ErrorCodeAppAPIThrottled, wait: f.RetryAfter}
	}
	code, err := strconv.Atoi(f.Code)
	switch {
	case f.Code == "":
		return refusal{code: dingtalkapi.ErrorCodeSystemBusy, text: f.Message}
	case err != nil:
		return refusal{code: dingtalkapi.ErrorCodeRemoteServiceFailed, word: f.Code, text: f.Message}
	case code == int(dingtalkapi.ErrorCodeAddressBanned):
		return Ban{}
	}
	return refusal{code: dingtalkapi.ErrorCode(code), text: f.Message}
}

// ServeHTTP handles an admitted call. It is the one place that writes the envelope of a success: the strict methods
// fill in the other members only.
func (k *Vendor) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	c, host := desk.CallOf(r.Context()), hostOf(r)
	body, err := k.readBody(c, host)
	if err != nil {
		k.Refuse(out, r, err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))

	a := desk.NewAnswer()
	k.handler.ServeHTTP(a, withNewNames(c, r))
	text := desk.UnescapeHTML(bytes.TrimSpace(a.Body.Bytes()))
	if code, ok := wire.Lookup(text, "errcode"); ok && wire.Scalar(code) == "0" {
		text = k.enveloped(text, c, host)
	}
	out.Header().Set("Content-Type", host.contentType())
	out.WriteHeader(a.Status)
	out.Write(text)
}

// enveloped completes the envelope of a success. errcode is there already.
func (k *Vendor) enveloped(text []byte, c *desk.Call, host apiHost) []byte {
	text = bytes.TrimSuffix(text, []byte{'}'})
	switch c.Operation.ID {
	case "updateUserV2", "listInactiveUsersV1", "listInactiveUsersV2": // seen without
	case "listRoles", "listRoleMembers", "getRole", "deleteRole", "addRolesToUsers", "removeRolesFromUsers": // as well
	default:
		text = append(text, `,"errmsg":"ok"`...)
	}
	if host == hostTop {
		text = append(text, `,"request_id":"`+k.requestID()+`"`...)
	}
	return append(text, '}')
}

// requestID makes the id that an answer of a topapi route has.
func (k *Vendor) requestID() string {
	return company.DeriveText(k.desk.Seed, "dingtalk request", k.next(), "0123456789abcdefghijklmnopqrstuvwxyz", 12)
}

// next returns a number that was not returned before.
func (k *Vendor) next() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.serial++
	return k.serial
}

// Admit judges the address, the token, its rights and the quotas.
func (k *Vendor) Admit(c *desk.Call) error {
	if err := k.checkAddress(c); err != nil {
		return err
	}
	if c.Operation.CarriesSecret {
		return k.withinQuota(c, c.Caller)
	}
	if err := k.checkToken(c); err != nil {
		return err
	}
	if err := k.barred(c); err != nil {
		return err
	}
	if err := k.withinQuota(c, c.Grant.Holder); err != nil {
		return err
	}
	return k.allowed(c)
}

// withinQuota counts the call: DingTalk counts by app and operation.
func (k *Vendor) withinQuota(c *desk.Call, app string) error {
	id := c.Operation.ID
	limits := k.desk.QuotasFor(Name, id, desk.Documented(c.Operation.Limits))
	if wait, ok := k.desk.Quotas.Take("dingtalk "+app+" "+id, c.Now, limits); !ok {
		return refusal{code: dingtalkapi.ErrorCodeAppAPIThrottled, wait: wait}
	}
	return nil
}
