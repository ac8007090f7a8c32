package wecom

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A file is read or refused, and the same one always alike. What is read has every member and department once, and
// parents before their children.
func FuzzImport(f *testing.F) {
	for _, file := range []string{
		"姓名,帐号,手机号,所在部门,性别,是否部门内领导,排序,禁用,工号\n张三,zhangsan,13800000000,1;2,男,是;否,1;2,否,7\n",
		"\ufeffuserid,姓名\na,A\nA,B\n", "帐号,账号\na,b\n", "部门名称,部门ID,父部门ID,排序\n总部,1,0,\n研发,2,1,10\n测试,3,2,\n",
		"部门名称,部门ID,父部门ID\na,1,0\nb,0,0\n", "部门名称,部门ID,父部门ID\na,0,1\nb,1,0\n",
		"部门名称,部门ID,父部门ID\na,2,3\nb,3,2\n", "\"", "", "a\n\"\xff\"",
	} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		members, err := readMemberFile(file)
		again, errAgain := readMemberFile(file)
		assert.Equal(t, members, again)
		assert.Equal(t, err, errAgain)
		if err == nil {
			require.NotEmpty(t, members)
			for _, row := range members {
				require.NotEmpty(t, row.userID)
			}
		}

		parties, err := readPartyFile(file)
		if err != nil {
			require.ErrorAs(t, err, new(refusal))
			return
		}
		require.True(t, utf8.Valid(file))
		require.NotEmpty(t, parties)
		seen := map[int64]bool{0: true, 1: true}
		for i, row := range parties {
			require.True(t, seen[row.parent], "%d before its parent %d", row.id, row.parent)
			require.True(t, !seen[row.id] || row.id == 1 && i == 0, "%d twice", row.id)
			seen[row.id] = true
		}
	})
}
