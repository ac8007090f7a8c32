package contract

func planDingTalk() plan {
	department := map[string]string{"id": "$department|1"}
	byDepartment := `{"dept_id": "$department|1"}`
	return plan{
		reads: []step{
			{operation: "getAuthScopes"},
			{operation: "listSubDepartmentsV2", body: `{"dept_id": 1}`, keep: map[string]string{"/result/0/dept_id": "department"}},
			{operation: "listSubDepartmentIdsV2", body: `{"dept_id": 1}`, keep: map[string]string{"/result/dept_id_list/0": "department"}},
			{operation: "getDepartmentV2", body: byDepartment},
			{operation: "listParentDepartmentsByDepartmentV2", body: byDepartment},
			{operation: "listDepartmentUsersV2", body: `{"dept_id": "$department|1", "cursor": 0, "size": 20}`, keep: map[string]string{
				"/result/list/0/userid": "user", "/result/list/0/unionid": "unionid", "/result/list/0/mobile": "mobile",
			}},
			{operation: "listDepartmentUsersSimpleV2", body: `{"dept_id": "$department|1", "cursor": 0, "size": 20}`, keep: map[string]string{"/result/list/0/userid": "user"}},
			{operation: "listDepartmentUserIdsV2", body: byDepartment, keep: map[string]string{"/result/userid_list/0": "user"}},
			{operation: "listAdminsV2", body: `{}`, keep: map[string]string{"/result/0/userid": "admin"}},
			{operation: "getAdminScope", body: `{"userid": "$admin"}`},
			{operation: "getUserV2", body: `{"userid": "$user|$admin"}`, keep: map[string]string{"/result/unionid": "unionid", "/result/mobile": "mobile"}},
			{operation: "listParentDepartmentsByUserV2", body: `{"userid": "$user|$admin"}`},
			{operation: "getUserIdByUnionIdV2", body: `{"unionid": "$unionid"}`},
			{operation: "getUserIdByMobileV2", body: `{"mobile": "$mobile"}`},
			{operation: "getUserCountV2", body: `{"only_active": false}`},
			{operation: "listInactiveUsersV2", body: `{"is_active": false, "offset": 0, "size": 20, "query_date": "$yesterday_digits"}`},
			{operation: "listInactiveUsersV1", body: `{"query_date": "$yesterday_digits", "offset": 0, "size": 20}`},
			{operation: "searchUsers", body: `{"queryWord": "a", "offset": 0, "size": 10}`},
			{operation: "searchDepartments", body: `{"queryWord": "a", "offset": 0, "size": 10}`},
			{operation: "listLeaveRecords", query: map[string]string{"startTime": "$month_ago", "maxResults": "20"}},

			{operation: "listDepartmentsV1", query: map[string]string{"id": "1", "fetch_child": "false"}, keep: map[string]string{"/department/0/id": "department"}},
			{operation: "listSubDepartmentIdsV1", query: map[string]string{"id": "1"}},
			{operation: "getDepartmentV1", query: department},
			{operation: "listParentDepartmentsByDepartmentV1", query: department},
			{operation: "listDepartmentUsersV1", query: map[string]string{"department_id": "$department|1", "offset": "0", "size": "20"}, keep: map[string]string{"/userlist/0/userid": "user"}},
			{operation: "listDepartmentUsersSimpleV1", query: map[string]string{"department_id": "$department|1", "offset": "0", "size": "20"}},
			{operation: "listDepartmentUserIdsV1", query: map[string]string{"deptId": "$department|1"}},
			{operation: "listAdminsV1"},
			{operation: "getUserV1", query: map[string]string{"userid": "$user|$admin"}},
			{operation: "listParentDepartmentsByUserV1", query: map[string]string{"userId": "$user|$admin"}},
			{operation: "getUserIdByUnionIdV1", query: map[string]string{"unionid": "$unionid"}},
			{operation: "getUserIdByMobileV1", query: map[string]string{"mobile": "$mobile"}},
			{operation: "getUserCountV1", query: map[string]string{"onlyActive": "0"}},
		},
		writes: []step{
			{operation: "createDepartmentV2", body: `{"name": "contract test $stamp", "parent_id": 1}`, keep: map[string]string{"/result/dept_id": "new_department"}},
			{operation: "updateDepartmentV2", body: `{"dept_id": "$new_department", "name": "contract test $stamp b"}`},
			{operation: "createUserV2", body: `{"userid": "contract-$stamp", "name": "Contract Test", "mobile": "$test_mobile", "dept_id_list": "'$new_department'"}`},
			{operation: "updateUserV2", body: `{"userid": "contract-$stamp", "title": "Tester"}`},
			{operation: "deleteUserV2", body: `{"userid": "contract-$stamp"}`, always: true},
			{operation: "deleteDepartmentV2", body: `{"dept_id": "$new_department"}`, always: true},

			{operation: "createDepartmentV1", body: `{"name": "contract test $stamp c", "parentid": "1"}`, keep: map[string]string{"/id": "old_department"}},
			{operation: "updateDepartmentV1", body: `{"id": "$old_department", "name": "contract test $stamp d"}`},
			{operation: "createUserV1", body: `{"userid": "contract-b-$stamp", "name": "Contract Test", "mobile": "$test_mobile", "department": ["$old_department"]}`},
			{operation: "updateUserV1", body: `{"userid": "contract-b-$stamp", "position": "Tester"}`},
			{operation: "deleteUserV1", query: map[string]string{"userid": "contract-b-$stamp"}, always: true},
			{operation: "deleteDepartmentV1", query: map[string]string{"id": "$old_department"}, always: true},
		},
		not: map[string]string{
			"getToken":            notToken,
			"getAppAccessToken":   notToken,
			"getCorpScopedToken":  notToken,
			"getUserByAuthCode":   notLogin,
			"getSuiteToken":       notSuite,
			"getCorpToken":        notSuite,
			"getSuiteAccessToken": notSuite,
			"getCorpAccessToken":  notSuite,
		},
	}
}
