package company

import (
	"hash/fnv"
	"strconv"
)

// Derive makes a number from the seed, what it is for and whose it is. Equal arguments give equal numbers.
func Derive(seed uint64, label string, n int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(label))
	h.Write([]byte{0})
	h.Write(strconv.AppendInt(nil, int64(n), 10))
	x := h.Sum64() ^ (seed * 0x9e3779b97f4a7c15)
	// The finish of splitmix64: without it, neighbours in n would stay neighbours.
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Alphabets of ids.
const (
	HexDigits    = "0123456789abcdef"
	Base62Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	Base64Digits = Base62Digits + "-_"
)

// DeriveText makes a text of length characters of alphabet, in the way of derive.
func DeriveText(seed uint64, label string, n int, alphabet string, length int) string {
	out := make([]byte, length)
	for i, pool := 0, uint64(0); i < length; i++ {
		if i%8 == 0 {
			pool = Derive(seed, label+strconv.Itoa(i), n)
		}
		out[i] = alphabet[pool%uint64(len(alphabet))]
		pool /= uint64(len(alphabet))
	}
	return string(out)
}

// Unused returns the first value of try(0), try(1), … for which taken is false.
func Unused[T any](try func(attempt int) T, taken func(T) bool) T {
	for attempt := 0; ; attempt++ {
		if v := try(attempt); !taken(v) {
			return v
		}
	}
}

// AssignIDs gives the person the vendors' ids that are still missing.
func (d *Directory) AssignIDs(p *Person) {
	set := func(field *string, kind PersonID, label, prefix, alphabet string, length int) {
		if *field != "" {
			return
		}
		*field = Unused(func(attempt int) string {
			return prefix + DeriveText(d.Seed, label+strconv.Itoa(attempt), int(p.Key), alphabet, length)
		}, func(id string) bool { return d.personIDs[kind][id] != 0 })
	}
	set(&p.WeComOpenUserID, ByWeComOpenUserID, "wecom open_userid", "woAJ2G", Base64Digits, 26)
	set(&p.DingTalkUnionID, ByDingTalkUnionID, "dingtalk unionid", "Pii", Base62Digits, 17)
	set(&p.FeishuUserID, ByFeishuUserID, "feishu user_id", "", HexDigits, 8)
	set(&p.FeishuOpenID, ByFeishuOpenID, "feishu open_id", "ou_", HexDigits, 32)
	set(&p.FeishuUnionID, ByFeishuUnionID, "feishu union_id", "on_", HexDigits, 32)
	set(&p.WPSUserID, ByWPSUserID, "wps user", "", Base62Digits, 8)
}

// assignDepartmentIDs gives the department the vendors' ids that are still missing.
func (d *Directory) assignDepartmentIDs(dept *Department) {
	if dept.Key == RootDepartment {
		dept.WeComID, dept.DingTalkID, dept.FeishuID, dept.FeishuOpenID = 1, 1, "0", "0"
	}
	free := func(kind DepartmentID) func(string) bool {
		return func(id string) bool { return d.departmentIDs[kind][id] != 0 }
	}
	freeNumber := func(kind DepartmentID) func(int64) bool {
		return func(id int64) bool { return free(kind)(strconv.FormatInt(id, 10)) }
	}
	text := func(label, prefix, alphabet string, length int) func(int) string {
		return func(attempt int) string {
			return prefix + DeriveText(d.Seed, label+strconv.Itoa(attempt), int(dept.Key), alphabet, length)
		}
	}
	number := func(label string, from, span uint64) func(int) int64 {
		return func(attempt int) int64 {
			return int64(from + Derive(d.Seed, label+strconv.Itoa(attempt), int(dept.Key))%span)
		}
	}
	if dept.WeComID == 0 {
		next := func(attempt int) int64 { return int64(dept.Key) + int64(attempt) }
		if int(dept.Key)%7 == 5 { // ids that do not fit into 31 bits are common in grown tenants
			next = number("wecom department", 1<<31, 1<<31-1)
		}
		dept.WeComID = Unused(next, freeNumber(ByWeComID))
	}
	if dept.DingTalkID == 0 {
		dept.DingTalkID = Unused(number("dingtalk department", 100_000_000, 900_000_000), freeNumber(ByDingTalkID))
	}
	if dept.FeishuID == "" {
		dept.FeishuID = Unused(text("feishu department_id", "", HexDigits, 16), free(ByFeishuID))
	}
	if dept.FeishuOpenID == "" {
		dept.FeishuOpenID = Unused(text("feishu open_department_id", "od-", HexDigits, 32),
			free(ByFeishuOpenDepartmentID))
	}
	if dept.WPSID == "" {
		dept.WPSID = Unused(text("wps department", "", Base62Digits, 10), free(ByWPSID))
	}
}

// DingTalkOrder makes a rank as DingTalk has it after an administrator sorted a department: beyond 2^53, where
// a float64 loses the last digits. One membership in three was never sorted.
func (d *Directory) DingTalkOrder(person PersonKey, department DepartmentKey) int64 {
	x := Derive(d.Seed, "dingtalk order"+strconv.Itoa(int(department)), int(person))
	if x%3 == 0 {
		return 0
	}
	return 176_000_000_000_000_000 + int64(x%4_000_000_000_000_000)
}
