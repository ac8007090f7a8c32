package sim_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const exportKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

// exportOf runs an export to its end and returns the address of its one file, and what it says.
func (c *corp) exportOf(as *weComCaller, path string, more map[string]any) (target string, plain []byte) {
	c.Helper()
	body := map[string]any{"encoding_aeskey": exportKey}
	for name, value := range more {
		body[name] = value
	}
	job := as.post(path, body).ok().str("jobid")
	var state struct {
		Status int `json:"status"`
		Files  []struct {
			URL  string `json:"url"`
			Size int    `json:"size"`
			MD5  string `json:"md5"`
		} `json:"data_list"`
	}
	for want := range 3 {
		as.get("/export/get_result", "jobid", job).ok().decode(&state)
		require.Equal(c, want, state.Status)
	}
	require.Len(c, state.Files, 1)
	file := state.Files[0]
	target = strings.TrimPrefix(file.URL, c.srv.URL)
	status, _, text := c.open(target)
	require.Equal(c, http.StatusOK, status)
	assert.Len(c, text, file.Size)
	sum := md5.Sum([]byte(text))
	assert.Equal(c, hex.EncodeToString(sum[:]), file.MD5)
	return target, c.decrypted(text)
}

// decrypted is AES-256-CBC with the key's first half as the IV, by the book.
func (c *corp) decrypted(text string) []byte {
	c.Helper()
	key, err := base64.StdEncoding.DecodeString(exportKey + "=")
	require.NoError(c, err)
	block, err := aes.NewCipher(key)
	require.NoError(c, err)
	require.Zero(c, len(text)%32)
	plain := make([]byte, len(text))
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(plain, []byte(text))
	pad := int(plain[len(plain)-1])
	require.True(c, pad >= 1 && pad <= 32, pad)
	return plain[:len(plain)-pad]
}

func TestWeComExports(t *testing.T) {
	c := newCorp(t)
	org := c.srv.Organisation()
	var users struct {
		List []map[string]any `json:"userlist"`
	}
	target, plain := c.exportOf(c.app, "/export/user", nil)
	require.NoError(t, json.Unmarshal(plain, &users))
	assert.Len(t, users.List, len(org.People()))
	assert.Contains(t, users.List[0], "mobile")
	assert.NotContains(t, string(plain), `\u00`, "raw UTF-8")

	_, plain = c.exportOf(c.app, "/export/simple_user", nil)
	require.NoError(t, json.Unmarshal(plain, &users))
	assert.Len(t, users.List, len(org.People()))

	var departments struct {
		List []map[string]any `json:"department"`
	}
	_, plain = c.exportOf(c.app, "/export/department", nil)
	require.NoError(t, json.Unmarshal(plain, &departments))
	assert.Len(t, departments.List, len(org.Departments()))

	var tag tagOnWire
	_, plain = c.exportOf(c.contact, "/export/taguser", map[string]any{"tagid": 2})
	require.NoError(t, json.Unmarshal(plain, &tag))
	assert.Equal(t, c.readTag(c.contact, 2), tag)

	c.srv.WeCom().LimitApps(nil, c.staff.Key)
	_, plain = c.exportOf(c.app, "/export/user", nil)
	require.NoError(t, json.Unmarshal(plain, &users))
	assert.Len(t, users.List, 1, "the visible range")

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.srv.URL+target, nil)
	require.NoError(t, err)
	req.Header.Set("Range", "bytes=0-31")
	assert.Equal(t, http.StatusPartialContent, do(t, req).status)
	c.clock.advance(2 * time.Hour)
	status, _, _ := c.open(target)
	assert.Equal(t, http.StatusForbidden, status, "good for two hours")
	status, _, _ = c.open("/wecom/wwexport/nothing")
	assert.Equal(t, http.StatusNotFound, status)
}

// The contact sync's secret may still export from where it was used before August 2022.
func TestWeComExportByTheContactSync(t *testing.T) {
	c := newCorp(t, sim.WithWeComOldCaller())
	_, plain := c.exportOf(c.contact, "/export/simple_user", nil)
	assert.NotEmpty(t, plain)
}
