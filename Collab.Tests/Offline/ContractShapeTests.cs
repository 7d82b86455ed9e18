using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Collab.Contracts;
using Collab.Grains.Documents;
using Orleans.Concurrency;

namespace Collab.Tests.Offline;

/// <summary>
/// What Orleans' code generator and serializer demand of our types, and what the stand-in, which passes messages by reference, relies
/// on: aliases, numbered members, immutability. Found by following the grain interfaces' methods.
/// </summary>
public sealed class ContractShapeTests
{
    private static readonly Type[] Leaves =
    [
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(Uri), typeof(ReadOnlyMemory<byte>),
    ];

    private static readonly Type[] Immutables = [typeof(ImmutableArray<>), typeof(ImmutableDictionary<,>), typeof(ImmutableHashSet<>), typeof(Nullable<>)];

    private static readonly Assembly[] Assemblies = [typeof(DocumentId).Assembly, typeof(DocumentGrain).Assembly];

    private static readonly Type[] Interfaces =
        [.. Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))];

    private static readonly Type[] Messages = [.. FindMessages()];

    [Fact]
    public void There_is_something_to_look_at()
    {
        Assert.NotEmpty(Interfaces);
        Assert.NotEmpty(Messages);
    }

    [Fact]
    public void Grain_interfaces_and_their_methods_have_aliases_of_their_own()
    {
        Assert.DoesNotContain(Interfaces, type => AliasOf(type) is null);
        foreach (var type in Interfaces)
        {
            Assert.Empty(type.GetMethods().Where(method => AliasOf(method) is null).Select(Name));
            Assert.Distinct(type.GetMethods().Select(AliasOf));
        }
        Assert.Distinct(Interfaces.Concat(Messages).Select(AliasOf));
    }

    [Fact]
    public void Grain_methods_return_tasks_and_one_way_ones_nothing_in_them()
    {
        foreach (var method in Interfaces.SelectMany(type => type.GetMethods()))
        {
            var result = method.ReturnType.IsGenericType ? method.ReturnType.GetGenericTypeDefinition() : method.ReturnType;
            Assert.True(result == typeof(Task) || result == typeof(ValueTask) || result == typeof(Task<>) || result == typeof(ValueTask<>), $"{Name(method)} returns {result}.");
            Assert.False(method.IsGenericMethod, $"{Name(method)} is generic.");
            Assert.DoesNotContain(method.GetParameters(), parameter => parameter.ParameterType.IsByRef);
            Assert.False(method.IsDefined(typeof(OneWayAttribute)) && method.ReturnType.IsGenericType, $"{Name(method)} is one-way and has a result.");
        }
    }

    [Fact]
    public void Concurrency_attributes_stand_on_interface_methods_where_Orleans_reads_them()
    {
        var misplaced = Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsClass)
            .SelectMany(type => type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
            .Where(method => method.IsDefined(typeof(OneWayAttribute)) || method.IsDefined(typeof(AlwaysInterleaveAttribute)) || method.IsDefined(typeof(ReadOnlyAttribute)));

        Assert.Empty(misplaced.Select(Name));
    }

    [Fact]
    public void Messages_say_that_they_are_serialized_and_under_which_name()
    {
        Assert.DoesNotContain(Messages, type => !type.IsDefined(typeof(GenerateSerializerAttribute)) || AliasOf(type) is null);
    }

    [Fact]
    public void Messages_are_immutable_and_say_so()
    {
        foreach (var type in Messages.Where(type => !type.IsEnum))
        {
            Assert.True(type.IsDefined(typeof(ImmutableAttribute), inherit: false), $"{type} has no [Immutable]: Orleans would copy it.");
            Assert.True(type.IsValueType ? type.IsDefined(typeof(IsReadOnlyAttribute)) : type.IsSealed, $"{type} is neither sealed nor a readonly struct.");
            Assert.Empty(FieldsOf(type).Where(field => !field.IsInitOnly).Select(field => $"{type}.{field.Name}"));
        }
    }

    [Fact]
    public void Members_of_messages_are_numbered_each_on_its_own()
    {
        foreach (var type in Messages.Where(type => !type.IsEnum))
        {
            var numbers = FieldsOf(type).Select(field => (field.Name, Id: IdOf(field))).ToArray();
            Assert.Empty(numbers.Where(number => number.Id is null).Select(number => $"{type}.{number.Name}"));
            Assert.Distinct(numbers.Select(number => number.Id));
        }
    }

    private static HashSet<Type> FindMessages()
    {
        var found = new HashSet<Type>();
        var open = new Queue<Type>(Interfaces.SelectMany(type => type.GetMethods()).SelectMany(CrossingTypes));
        while (open.TryDequeue(out var type))
        {
            if (type.IsPrimitive || Leaves.Contains(type) || typeof(IAddressable).IsAssignableFrom(type))
                continue;
            if (type.IsGenericType && Immutables.Contains(type.GetGenericTypeDefinition()))
            {
                foreach (var argument in type.GetGenericArguments())
                    open.Enqueue(argument);
                continue;
            }
            Assert.True(Assemblies.Contains(type.Assembly), $"{type} crosses a grain call, and is not known to be immutable.");
            if (!found.Add(type) || type.IsEnum)
                continue;
            foreach (var field in FieldsOf(type))
                open.Enqueue(field.FieldType);
        }
        return found;
    }

    private static IEnumerable<Type> CrossingTypes(MethodInfo method) =>
        method.GetParameters().Select(parameter => parameter.ParameterType).Where(type => type != typeof(CancellationToken))
            .Concat(method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments() : []);

    private static FieldInfo[] FieldsOf(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    // On the field itself, or on the property that it is behind.
    private static uint? IdOf(FieldInfo field) =>
        field.GetCustomAttribute<IdAttribute>()?.Id
        ?? (field.Name.StartsWith('<') ? field.DeclaringType!.GetProperty(field.Name[1..field.Name.IndexOf('>')])?.GetCustomAttribute<IdAttribute>()?.Id : null);

    private static string? AliasOf(MemberInfo member) => member.GetCustomAttributes<AliasAttribute>(inherit: false).FirstOrDefault()?.Alias;

    private static string Name(MethodInfo method) => $"{method.DeclaringType}.{method.Name}";
}
