package clients_test

import (
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/stretchr/testify/assert"
)

func TestCheckField(t *testing.T) {
	for _, bad := range []string{"secret\n", " secret", "sec ret", "secret\u00a0", "s\x00", "<FEISHU_APP_ID>",
		"${SECRET}",
		"$WECOM_SECRET", "{{ secret }}", "your-app-secret", "YOUR_SECRET", "changeme", "xxxxxxxx", "******", "...",
		"FEISHU_APP_SECRET", "app_id", "AppSecret", "[redacted]", "cli_xxxxxxxxxxxx", "wwXXXXXX", "{app_secret}",
		"secret\u200b", "\ufeffsecret", "secret\r\n", "\tsecret", `"s3cr3t"`, "'s3cr3t'", "`s3cr3t`", "“s3cr3t”",
		"你的密钥", "ｓ3cr3t"} {
		err := clients.CheckField("Config.AppSecret", clients.Secret(bad))
		if assert.Error(t, err, bad) {
			assert.Contains(t, err.Error(), "Config.AppSecret")
			assert.NotContains(t, strings.TrimPrefix(err.Error(), "Config.AppSecret"), bad)
		}
	}
	for _, good := range []string{"", "cli_a1b2c3", "ww1234567890abcdef", "AK20260101ROSTER", "dingoa-1_2", "secret",
		"cli_xa1", "xx1", "a'b",
		"0123456789abcdef0123456789abcdef"} {
		assert.NoError(t, clients.CheckField("Config.AppID", good), good)
	}
}
