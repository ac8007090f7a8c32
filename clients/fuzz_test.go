package clients

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// A secret is gone from whatever text it stands in, in every form in which vendors quote it.
func FuzzScrub(f *testing.F) {
	secrets := []Secret{"pl4nted", "pl4nted+s3cret/<&>\"\\=", "tok3n-of-a-person", "", "abc"}
	f.Add("invalid credential, access_token is invalid: ", ", hint: [1]", uint8(0))
	f.Add(`{"errcode":40001,"errmsg":"`, `"}`, uint8(13))
	f.Add("get https://h/x?access_token=", "&b=1", uint8(6))
	f.Add("Authorization: Bearer ", "\r\nX: y", uint8(2))
	f.Add("%", "%25", uint8(11))
	f.Add("pl4n", "ted", uint8(0))
	f.Fuzz(func(t *testing.T, before, after string, which uint8) {
		secret := string(secrets[int(which)%3])
		quoted, err := json.Marshal(secret)
		require.NoError(t, err)
		forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`)}
		form := forms[int(which)/3%len(forms)]
		if strings.HasSuffix(before, `\`) || strings.HasSuffix(before, "%") {
			before += " "
		}
		got := scrub(before+form+after, secrets)
		for _, form := range forms {
			require.NotContains(t, got, form)
		}
		if utf8.ValidString(before + form + after) { // the text itself, which a secret may stand in the middle of
			require.True(t, utf8.ValidString(got))
		}
		line := printable(scrub(cut(before+form+after), secrets))
		require.NotContains(t, line, secret)
		require.Negative(t, strings.IndexFunc(line, disturbs))
	})
}

// A value behind the name of a credential is gone, though nobody knows it.
func FuzzScrubByName(f *testing.F) {
	f.Add("the call failed:", "abc", "x=1")
	f.Add(`{"errmsg":`, "x/y+z==", `}`)
	f.Add("signature:", "0123456789", " and more")
	f.Add("ticket", "KSO-1", "")
	f.Fuzz(func(t *testing.T, before, value, after string) {
		const planted = "pl4nted0"
		value = planted + strings.Map(func(r rune) rune {
			if strings.ContainsRune("& \t\r\n\v\f\"',}", r) || r == utf8.RuneError {
				return -1
			}
			return r
		}, value)
		for _, name := range []string{"access_token", "corpsecret", "app_secret", "client_secret", "suite_ticket",
			"permanent_code", "refresh_token", "x-kso-authorization", "tfa_code"} {
			for _, text := range []string{before + " " + name + "=" + value + "&" + after,
				before + ` {"` + name + `": "` + value + `"} ` + after} {
				got := scrub(text, nil)
				if strings.Contains(before+after, planted) {
					continue
				}
				require.NotContains(t, got, planted)
			}
		}
	})
}

// Whatever the header says, the wait is no less than nothing, is what it says where that makes sense, and overflows
// nowhere.
func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, 8, 22, 10, 15, 2, 0, time.UTC)
	for _, value := range []string{"", "3", "0", "-1", "1.5", "1e300", "NaN", "Inf", "0x10", "999999999.9", "1e-300",
		"3 s",
		now.Add(time.Minute).Format(http.TimeFormat), "Fri, 31 Dec 9999 23:59:59 GMT", "Sat Aug 22 10:16:02 2026"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := RetryAfter(http.Header{"Retry-After": {value}}, now)
		require.GreaterOrEqual(t, got, time.Duration(0))
		if at, err := http.ParseTime(value); err == nil {
			require.Equal(t, max(0, at.Sub(now)), got)
		} else {
			require.LessOrEqual(t, got, 1_000_000_000*time.Second)
		}
		// What a call makes of it is bounded.
		if wait, ok := (Retry{}).withDefaults().wait(1, true, &outcome{err: &Error{Kind: KindRateLimited},
			replay: ReplayLater, wait: got}); ok {
			require.LessOrEqual(t, wait, 2*time.Minute)
		}
	})
}
