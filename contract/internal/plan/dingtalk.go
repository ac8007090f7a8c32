package plan

func dingTalk() Plan {
	department := map[string]string{"id": "$department|1"}
	byDepartment := `{"dept_id": "$department|1"}`
	return Plan{
		Reads: []Step{
			{Operation: "getAuthScopes"},
			{Operation: "listSubDepartmentsV2", Body: `{"dept_id": 1}`, Keep: map[string]string{"/result/0/dept_id": "department"}},
			{Operation: "listSubDepartmentIdsV2", Body: `{"dept_id": 1}`, Keep: map[string]string{"/result/dept_id_list/0": "department"}},
			{Operation: "getDepartmentV2", Body: byDepartment},
			{Operation: "listParentDepartmentsByDepartmentV2", Body: byDepartment},
			{Operation: "listDepartmentUsersV2", Body: `{"dept_id": "$department|1", "cursor": 0, "size": 20}`, Keep: map[string]string{
				"/result/list/0/userid": "user", "/result/list/0/unionid": "unionid", "/result/list/0/mobile": "mobile",
			}},
			{Operation: "listDepartmentUsersSimpleV2", Body: `{"dept_id": "$department|1", "cursor": 0, "size": 20}`, Keep: map[string]string{"/result/list/0/userid": "user"}},
			{Operation: "listDepartmentUserIdsV2", Body: byDepartment, Keep: map[string]string{"/result/userid_list/0": "user"}},
			{Operation: "listAdminsV2", Body: `{}`, Keep: map[string]string{"/result/0/userid": "admin"}},
			{Operation: "getAdminScope", Body: `{"userid": "$admin"}`},
			{Operation: "getUserV2", Body: `{"userid": "$user|$admin"}`, Keep: map[string]string{"/result/unionid": "unionid", "/result/mobile": "mobile"}},
			{Operation: "listParentDepartmentsByUserV2", Body: `{"userid": "$user|$admin"}`},
			{Operation: "getUserIdByUnionIdV2", Body: `{"unionid": "$unionid"}`},
			{Operation: "getUserIdByMobileV2", Body: `{"mobile": "$mobile"}`},
			{Operation: "getUserCountV2", Body: `{"only_active": false}`},
			{Operation: "listInactiveUsersV2", Body: `{"is_active": false, "offset": 0, "size": 20, "query_date": "$yesterday_digits"}`},
			{Operation: "listInactiveUsersV1", Body: `{"query_date": "$yesterday_digits", "offset": 0, "size": 20}`},
			{Operation: "searchUsers", Body: `{"queryWord": "a", "offset": 0, "size": 10}`},
			{Operation: "searchDepartments", Body: `{"queryWord": "a", "offset": 0, "size": 10}`},
			{Operation: "listLeaveRecords", Query: map[string]string{"startTime": "$month_ago", "maxResults": "20"}},

			{Operation: "listDepartmentsV1", Query: map[string]string{"id": "1", "fetch_child": "false"}, Keep: map[string]string{"/department/0/id": "department"}},
			{Operation: "listSubDepartmentIdsV1", Query: map[string]string{"id": "1"}},
			{Operation: "getDepartmentV1", Query: department},
			{Operation: "listParentDepartmentsByDepartmentV1", Query: department},
			{Operation: "listDepartmentUsersV1", Query: map[string]string{"department_id": "$department|1", "offset": "0", "size": "20"}, Keep: map[string]string{"/userlist/0/userid": "user"}},
			{Operation: "listDepartmentUsersSimpleV1", Query: map[string]string{"department_id": "$department|1", "offset": "0", "size": "20"}},
			{Operation: "listDepartmentUserIdsV1", Query: map[string]string{"deptId": "$department|1"}},
			{Operation: "listAdminsV1"},
			{Operation: "getUserV1", Query: map[string]string{"userid": "$user|$admin"}},
			{Operation: "listParentDepartmentsByUserV1", Query: map[string]string{"userId": "$user|$admin"}},
			{Operation: "getUserIdByUnionIdV1", Query: map[string]string{"unionid": "$unionid"}},
			{Operation: "getUserIdByMobileV1", Query: map[string]string{"mobile": "$mobile"}},
			{Operation: "getUserCountV1", Query: map[string]string{"onlyActive": "0"}},
		},
		Writes: []Step{
			{Operation: "createDepartmentV2", Body: `{"name": "contract test $stamp", "parent_id": 1}`, Keep: map[string]string{"/result/dept_id": "new_department"}},
			{Operation: "updateDepartmentV2", Body: `{"dept_id": "$new_department", "name": "contract test $stamp b"}`},
			{Operation: "createUserV2", Body: `{"userid": "contract-$stamp", "name": "Contract Test", "mobile": "$test_mobile", "dept_id_list": "'$new_department'"}`},
			{Operation: "updateUserV2", Body: `{"userid": "contract-$stamp", "title": "Tester"}`},
			{Operation: "deleteUserV2", Body: `{"userid": "contract-$stamp"}`, Always: true},
			{Operation: "deleteDepartmentV2", Body: `{"dept_id": "$new_department"}`, Always: true},

			{Operation: "createDepartmentV1", Body: `{"name": "contract test $stamp c", "parentid": "1"}`, Keep: map[string]string{"/id": "old_department"}},
			{Operation: "updateDepartmentV1", Body: `{"id": "$old_department", "name": "contract test $stamp d"}`},
			{Operation: "createUserV1", Body: `{"userid": "contract-b-$stamp", "name": "Contract Test", "mobile": "$test_mobile", "department": ["$old_department"]}`},
			{Operation: "updateUserV1", Body: `{"userid": "contract-b-$stamp", "position": "Tester"}`},
			{Operation: "deleteUserV1", Query: map[string]string{"userid": "contract-b-$stamp"}, Always: true},
			{Operation: "deleteDepartmentV1", Query: map[string]string{"id": "$old_department"}, Always: true},
		},
		Not: map[string]string{
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
